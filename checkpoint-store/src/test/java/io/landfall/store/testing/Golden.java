package io.landfall.store.testing;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Stores whose bytes are frozen under `src/test/resources/golden`, one for each version of the
/// format, and what is in them.
///
/// Each has two checkpoints of one job: the disk `vda`, with plain, compressed and zero chunks and,
/// in the second, a page delta; the memory state `memory`; the blob `state`.
public final class Golden {
  private static final Path ROOT = Path.of("src/test/resources/golden");
  private static final JobKey JOB = new JobKey("submit.example", "alice", 12, 0);

  private Golden() {}

  /// The files of one frozen store.
  public static Path files(String version) {
    return ROOT.resolve(version);
  }

  /// Makes a store of the same content in `directory`, which is how the files of a new version come
  /// to be.
  public static void make(Path directory, StoreSettings settings) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      Optional<CheckpointId> parent = Optional.empty();
      for (int number = 0; number < 2; number++) {
        CheckpointDraft draft = new CheckpointDraft(JOB, parent, "exec.example", "{\"memory\":1}");
        try (CheckpointWriter writer = store.begin(draft)) {
          add(writer, CheckpointWriter.Kind.DISK, "vda", disk(number));
          add(writer, CheckpointWriter.Kind.MEMORY, "memory", memory(number));
          writer.addBlob("state", state(number));
          parent = Optional.of(writer.commit().id());
        }
      }
    }
  }

  private static void add(
      CheckpointWriter writer, CheckpointWriter.Kind kind, String name, MemoryDevice content)
      throws IOException {
    writer.addDevice(kind, name, content, Baseline.none(), Optional.empty(), n -> {});
  }

  /// The disk of checkpoint `number`.
  public static MemoryDevice disk(int number) {
    MemoryDevice disk = Contents.device(1, 5);
    if (number > 0) {
      disk.write(5000, ByteBuffer.wrap("changed".getBytes(StandardCharsets.UTF_8)));
    }
    return disk;
  }

  /// The memory of checkpoint `number`.
  public static MemoryDevice memory(int number) {
    return Contents.device(10 + number, 3);
  }

  /// The blob of checkpoint `number`.
  public static byte[] state(int number) {
    return ("state " + number).getBytes(StandardCharsets.UTF_8);
  }

  /// Copies a directory of files.
  public static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      all.forEach(file -> {
        try {
          Files.copy(file, to.resolve(from.relativize(file)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
  }
}
