package io.landfall.store.testing;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.index.IndexSettings;
import io.landfall.store.seal.StoreKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

/// Devices to store, and how tests talk to a store.
public final class Contents {
  /// Small chunks, so that small devices have many.
  public static final int CHUNK = 64 * 1024;

  /// The job of all checkpoints.
  public static final JobKey JOB = new JobKey("submit.example", "alice", 12, 0);

  private Contents() {}

  /// A store for tests: small chunks, little memory.
  public static StoreSettings settings() {
    return StoreSettings.defaults().withChunkSize(CHUNK).withIndex(new IndexSettings(8 << 20));
  }

  /// The same for the store in `directory`, which is encrypted with [#key] if its name says so.
  public static StoreSettings settings(Path directory) throws IOException {
    return directory.getFileName().toString().startsWith("encrypted")
        ? settings().withKey(Optional.of(key()))
        : settings();
  }

  /// Always the same key.
  public static StoreKey key() throws IOException {
    Path file = Files.createTempFile("store", ".key"); // of mode 0600
    try {
      Files.writeString(file, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
      return StoreKey.read(file);
    } finally {
      Files.delete(file);
    }
  }

  /// A draft of a checkpoint of [#JOB].
  public static CheckpointDraft draft(Optional<CheckpointId> parent) {
    return new CheckpointDraft(JOB, parent, "exec.example", "{\"memory\":512}");
  }

  /// Half random, a quarter that compresses, a quarter holes, chunk by chunk.
  public static MemoryDevice device(long seed, int chunks) {
    MemoryDevice device = new MemoryDevice((long) chunks * CHUNK - 1000);
    Random random = new Random(seed);
    for (int i = 0; i < chunks; i++) {
      int kind = i % 4;
      byte[] bytes = new byte[i == chunks - 1 ? CHUNK - 1000 : CHUNK];
      random.nextBytes(bytes);
      if (kind == 2) {
        for (int at = 0; at < bytes.length; at++) {
          bytes[at] = (byte) (bytes[at] & 3);
        }
      }
      if (kind != 3) {
        device.write((long) i * CHUNK, ByteBuffer.wrap(bytes));
      }
    }
    return device;
  }

  /// All bytes of a device.
  public static byte[] bytes(BlockDevice device) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(device.sizeBytes()));
    device.read(0, all);
    return all.array();
  }

  /// Commits a checkpoint with one disk, `vda`, of which nothing is known.
  public static CheckpointRecord commit(
      CheckpointStore store, Optional<CheckpointId> parent, BlockDevice disk) throws IOException {
    try (CheckpointWriter writer = store.begin(draft(parent))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
      return writer.commit();
    }
  }
}
