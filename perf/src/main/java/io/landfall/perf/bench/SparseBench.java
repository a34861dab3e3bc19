package io.landfall.perf.bench;

import io.landfall.perf.contest.Trees;
import io.landfall.perf.image.SparseImage;
import io.landfall.perf.measure.Memory;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a very large and nearly empty disk costs: stored first, stored again with known changes,
/// looked into lazily in the store.
public final class SparseBench {
  private static final int CHANGES = 64;
  private static final int CHANGE_BYTES = 64 << 10;
  private static final int READ_BYTES = 1 << 20;
  private static final String DISK = "vda";

  private final SparseImage image;
  private final Consumer<String> log;

  /// A bench of a disk of that size with so much data, in runs all over it.
  public SparseBench(long sizeBytes, long dataBytes, Consumer<String> log) {
    this.image = new SparseImage(sizeBytes, dataBytes);
    this.log = log;
  }

  /// One thing that was done.
  ///
  /// @param what it was
  /// @param seconds it took, opening and closing the store included
  /// @param readBytes of the disk, or of the store's content
  /// @param storedBytes that the store grew by
  /// @param peakResidentBytes most that the process took meanwhile
  public record Row(
      String what, double seconds, long readBytes, long storedBytes, long peakResidentBytes) {}

  /// Runs it in a new directory below `parent`, which is deleted at the end; each row is told when
  /// it is there.
  public void run(Path parent, Consumer<Row> rows) throws IOException {
    Path directory = Files.createTempDirectory(parent, "");
    Path disk = directory.resolve("disk.raw");
    Path spool = directory.resolve("store");
    try {
      log.accept("making the sparse image ...");
      image.write(disk);
      rows.accept(stored("first", spool, disk, List.of()));
      List<Range> changes = image.change(disk, CHANGES, CHANGE_BYTES);
      rows.accept(stored("next, known changes", spool, disk, changes));
      rows.accept(looked(spool));
    } finally {
      Trees.delete(directory);
    }
  }

  private Row stored(String what, Path spool, Path disk, List<Range> changes) throws IOException {
    log.accept(what + " ...");
    Memory.resetPeaks();
    long start = System.nanoTime();
    CheckpointRecord record = commit(spool, disk, changes);
    return new Row(
        what,
        (System.nanoTime() - start) / 1e9,
        record.summary().readBytes(),
        record.summary().storedBytes(),
        Memory.peakResidentBytes());
  }

  private static CheckpointRecord commit(Path spool, Path disk, List<Range> changes)
      throws IOException {
    try (CheckpointStore store = CheckpointStore.open(spool, StoreSettings.defaults());
        RawFile raw = RawFile.open(disk)) {
      Optional<CheckpointRecord> parent = store.list().stream().findFirst();
      Baseline baseline =
          parent.isEmpty()
              ? Baseline.none()
              : new Baseline(store.manifest(parent.get().device(DISK).orElseThrow()), changes);
      CheckpointDraft draft =
          new CheckpointDraft(
              new JobKey("bench", "bench", 1, 0), parent.map(CheckpointRecord::id), "bench", "{}");
      try (CheckpointWriter writer = store.begin(draft)) {
        writer.addDevice(
            CheckpointWriter.Kind.DISK, DISK, raw, baseline, Optional.empty(), done -> {});
        return writer.commit();
      }
    }
  }

  /// Reads 1 MiB at as many places as were changed.
  private Row looked(Path spool) throws IOException {
    Memory.resetPeaks();
    long start = System.nanoTime();
    long read = 0;
    try (CheckpointStore store = CheckpointStore.inspect(spool);
        CheckpointDevice device = store.openDevice(store.list().getLast().id(), DISK)) {
      ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
      for (Range run : image.runs()) {
        if (read < (long) CHANGES * READ_BYTES) {
          int length = (int) Math.min(READ_BYTES, run.length());
          device.read(run.offset(), buffer.clear().limit(length));
          read += length;
        }
      }
    }
    return new Row(
        "read lazily", (System.nanoTime() - start) / 1e9, read, 0, Memory.peakResidentBytes());
  }
}
