package io.landfall.store.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.IngestSummary;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.testing.Contents;
import io.landfall.store.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An ingest that broke off finds at its next attempt what it has stored, whatever was collected in
/// between; and what nobody comes back for does not stay for ever.
class UnfinishedIngestTest {
  private static final int CHUNKS = 40;

  /// Three quarters of them are no holes, and a third of those compress.
  private static final long WHOLE_BYTES = 22L * Contents.CHUNK;

  @TempDir private Path spool;
  private Path directory;
  private CheckpointStore store;

  @BeforeEach
  void open() throws IOException {
    directory = spool.resolve("landfall");
    store = CheckpointStore.open(directory, Contents.settings());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  /// Closing seals the packs, so that they can be collected; and the newest is never collected, so
  /// another job adds one.
  private void makeCollectable() throws IOException {
    store.close();
    store = CheckpointStore.open(directory, Contents.settings());
    CheckpointDraft draft =
        new CheckpointDraft(new JobKey("submit", "bob", 1, 0), Optional.empty(), "exec", "{}");
    try (CheckpointWriter writer = store.begin(draft)) {
      ingest(writer, Contents.device(99, 3));
      writer.commit();
    }
    store.close();
    store = CheckpointStore.open(directory, Contents.settings());
  }

  private GcResult collect() throws IOException {
    return GarbageCollector.run(store, plan -> {}, () -> false);
  }

  private static IngestSummary ingest(CheckpointWriter writer, BlockDevice disk)
      throws IOException {
    return writer.addDevice(
        CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
  }

  /// Stores the first three quarters of `disk`, then its source is gone.
  private void breakOff(MemoryDevice disk) throws IOException {
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      BlockDevice source = new BreakingDevice(disk, 30L * Contents.CHUNK);
      assertThatThrownBy(() -> ingest(writer, source)).hasMessage("the cable is out");
    }
  }

  /// The next attempt.
  ///
  /// @return bytes that it had to store
  private long finish(MemoryDevice disk) throws IOException {
    CheckpointRecord saved;
    long stored;
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      stored = ingest(writer, disk).storedBytes();
      saved = writer.commit();
    }
    try (var device = store.openDevice(saved.id(), "vda")) {
      assertThat(Contents.bytes(device)).isEqualTo(Contents.bytes(disk));
    }
    return stored;
  }

  private List<Path> notes() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("unfinished"))) {
      return files.toList();
    }
  }

  @Test
  void theNextAttemptFindsWhatWasStoredAlthoughGarbageWasCollected() throws IOException {
    MemoryDevice disk = Contents.device(1, CHUNKS);
    breakOff(disk);
    makeCollectable();
    GcPlan plan = GarbageCollector.plan(store);
    assertThat(plan.removed()).isEmpty();
    assertThat(plan.unfinishedPacks()).isPositive();
    assertThat(collect().removedPacks()).isZero();
    assertThat(finish(disk)).isBetween(1L, WHOLE_BYTES / 2);
    assertThat(notes()).isEmpty();
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  /// What a killed writer leaves: its files as they were at that moment.
  @Test
  void soItDoesAfterTheWriterWasKilled() throws IOException {
    MemoryDevice disk = Contents.device(2, CHUNKS);
    Path left = spool.resolve("left");
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      ingest(writer, disk);
      copyTruth(directory, left);
    }
    store.close();
    directory = left;
    store = CheckpointStore.open(directory, Contents.settings());
    makeCollectable();
    assertThat(collect().removedPacks()).isZero();
    assertThat(finish(disk)).isZero();
  }

  @Test
  void whatNobodyComesBackForIsGivenBackOnRequest() throws IOException {
    breakOff(Contents.device(3, CHUNKS));
    makeCollectable();
    assertThat(collect().removedPacks()).isZero();
    store.forgetUnfinished();
    assertThat(notes()).isEmpty();
    assertThat(collect().freedBytes()).isGreaterThan(WHOLE_BYTES / 2);
  }

  @Test
  void anIngestThatRunsIsNotForgotten() throws IOException {
    MemoryDevice disk = Contents.device(4, CHUNKS);
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      ingest(writer, disk);
      store.forgetUnfinished();
      assertThat(notes()).hasSize(1);
      writer.commit();
    }
    assertThat(notes()).isEmpty();
  }

  @Test
  void aDamagedNoteIsDroppedAndHindersNothing() throws IOException {
    breakOff(Contents.device(5, CHUNKS));
    for (Path note : notes()) {
      Files.write(note, new byte[] {1, 2, 3});
    }
    makeCollectable();
    assertThat(notes()).isEmpty();
    assertThat(collect().removedPacks()).isPositive();
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  private static void copyTruth(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path inside = from.relativize(path);
        if (!inside.startsWith("index") && !inside.startsWith("LOCK")) {
          Files.copy(path, to.resolve(inside));
        }
      }
    }
  }

  /// A source that is gone after the first so many bytes.
  ///
  /// @param device what it shows
  /// @param readable how far it can be read
  private record BreakingDevice(BlockDevice device, long readable) implements BlockDevice {
    @Override
    public long sizeBytes() {
      return device.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      if (offset + target.remaining() > readable) {
        throw new IOException("the cable is out");
      }
      device.read(offset, target);
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) throws IOException {
      return device.extents(offset, length, limit);
    }

    @Override
    public void close() throws IOException {
      device.close();
    }
  }
}
