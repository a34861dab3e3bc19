package io.landfall.store.checkpoint;

import static io.landfall.store.testing.Contents.CHUNK;
import static io.landfall.store.testing.Contents.bytes;
import static io.landfall.store.testing.Contents.commit;
import static io.landfall.store.testing.Contents.device;
import static io.landfall.store.testing.Contents.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.Compression;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunking.Chunking;
import io.landfall.store.testing.Contents;
import io.landfall.store.testing.CountingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path spool;
  private CheckpointStore store;

  @BeforeEach
  void open() throws IOException {
    store = CheckpointStore.open(spool.resolve("landfall"), Contents.settings());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void reopen() throws IOException {
    store.close();
    open();
  }

  @Test
  void whatWasCommittedIsReadBackAlsoAfterReopening() throws IOException {
    MemoryDevice disk = device(1, 21);
    MemoryDevice memory = device(2, 9);
    byte[] state = bytes(device(3, 5));
    CheckpointRecord record;
    try (CheckpointWriter writer = store.begin(draft(Optional.empty()))) {
      LongAdder progress = new LongAdder();
      IngestSummary summary =
          writer.addDevice(
              CheckpointWriter.Kind.DISK,
              "vda",
              disk,
              Baseline.none(),
              Optional.empty(),
              progress::add);
      assertThat(progress.sum()).isEqualTo(disk.sizeBytes());
      assertThat(summary.newBytes() + summary.zeroBytes()).isEqualTo(disk.sizeBytes());
      assertThat(summary.zeroBytes()).isEqualTo(5L * CHUNK);
      writer.addDevice(
          CheckpointWriter.Kind.MEMORY,
          "memory",
          memory,
          Baseline.none(),
          Optional.empty(),
          n -> {});
      writer.addBlob("device-state", state);
      record = writer.commit();
    }
    for (int round = 0; round < 2; round++) {
      assertThat(store.list()).containsExactly(record);
      assertThat(bytes(store.openDevice(record.id(), "vda"))).isEqualTo(bytes(disk));
      assertThat(bytes(store.openDevice(record.id(), "memory"))).isEqualTo(bytes(memory));
      assertThat(store.blob(record.id(), "device-state")).isEqualTo(state);
      reopen();
    }
  }

  @Test
  void aWriterClosedWithoutCommitLeavesNoTraceInTheCatalog() throws IOException {
    MemoryDevice disk = device(4, 8);
    try (CheckpointWriter writer = store.begin(draft(Optional.empty()))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
    }
    assertThat(store.list()).isEmpty();
    reopen();
    assertThat(store.list()).isEmpty();
    CheckpointRecord again = commit(store, Optional.empty(), disk);
    assertThat(again.summary().newBytes()).as("found what the first try left").isZero();
  }

  @Test
  void equalContentIsStoredOnce() throws IOException {
    MemoryDevice disk = device(5, 16);
    commit(store, Optional.empty(), disk);
    CheckpointRecord second = commit(store, Optional.empty(), disk);
    assertThat(second.summary().newBytes()).isZero();
    assertThat(second.summary().duplicateBytes()).isPositive();
    assertThat(second.sequence()).isEqualTo(1);
  }

  @Test
  void onlyChangedRangesAreReadWhenTheyAreKnown() throws IOException {
    MemoryDevice disk = device(6, 64);
    CheckpointRecord parent = commit(store, Optional.empty(), disk);
    Manifest manifest = store.manifest(parent.devices().getFirst());
    disk.write(8 * CHUNK + 5000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    disk.zero(20L * CHUNK, CHUNK);
    AtomicLong read = new AtomicLong();
    CheckpointRecord child;
    try (CheckpointWriter writer = store.begin(draft(Optional.of(parent.id())))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          new CountingDevice(disk, read),
          new Baseline(
              manifest, List.of(new Range(8L * CHUNK + 5000, 3), new Range(20L * CHUNK, CHUNK))),
          Optional.empty(),
          n -> {});
      child = writer.commit();
    }
    assertThat(read.get()).isLessThanOrEqualTo(2L * CHUNK);
    assertThat(child.summary().storedBytes()).as("one page").isBetween(4096L, 4096 + 300L);
    assertThat(child.summary().unchangedBytes()).isPositive();
    assertThat(bytes(store.openDevice(child.id(), "vda"))).isEqualTo(bytes(disk));
  }

  @Test
  void aParentThatWasNeverCommittedIsNotBelieved() throws IOException {
    MemoryDevice disk = device(7, 16);
    Manifest unknown = Chunking.manifestOf(disk, CHUNK, n -> {});
    try (CheckpointWriter writer = store.begin(draft(Optional.empty()))) {
      IngestSummary summary =
          writer.addDevice(
              CheckpointWriter.Kind.DISK,
              "vda",
              disk,
              new Baseline(unknown, List.of()),
              Optional.empty(),
              n -> {});
      assertThat(summary.newBytes()).isPositive();
      CheckpointRecord record = writer.commit();
      assertThat(bytes(store.openDevice(record.id(), "vda"))).isEqualTo(bytes(disk));
    }
  }

  @Test
  void chunksThatTheStoreHasUnderTheirClaimedIdAreNotRead() throws IOException {
    MemoryDevice disk = device(8, 32);
    commit(store, Optional.empty(), disk);
    disk.write(3 * CHUNK, ByteBuffer.wrap(new byte[] {9}));
    Manifest claimed = Chunking.manifestOf(disk, CHUNK, n -> {});
    AtomicLong read = new AtomicLong();
    try (CheckpointWriter writer = store.begin(draft(Optional.empty()))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          new CountingDevice(disk, read),
          Baseline.none(),
          Optional.of(claimed),
          n -> {});
      CheckpointRecord record = writer.commit();
      assertThat(read.get()).isEqualTo(CHUNK);
      assertThat(record.devices().getFirst().imageId()).isEqualTo(claimed.imageId());
    }
  }

  @Test
  void aSourceThatIsWrongAboutAChunkEndsTheIngest() throws IOException {
    MemoryDevice disk = device(9, 4);
    Manifest claimed = Chunking.manifestOf(device(10, 4), CHUNK, n -> {});
    try (CheckpointWriter writer = store.begin(draft(Optional.empty()))) {
      assertThatThrownBy(() ->
              writer.addDevice(
                  CheckpointWriter.Kind.DISK,
                  "vda",
                  disk,
                  Baseline.none(),
                  Optional.of(claimed),
                  n -> {}))
          .isInstanceOf(CorruptChunkException.class)
          .hasMessageContaining("the source announces");
    }
  }

  @Test
  void aSeriesOfSmallChangesCostsPagesAndNeverNeedsTwoBases() throws IOException {
    MemoryDevice disk = device(11, 40);
    Optional<CheckpointId> parent = Optional.of(commit(store, Optional.empty(), disk).id());
    Random random = new Random(12);
    for (int version = 0; version < 10; version++) {
      for (int i = 0; i < 5; i++) {
        disk.write(random.nextInt(39 * CHUNK), ByteBuffer.wrap(new byte[] {(byte) version, 77}));
      }
      CheckpointRecord record = commit(store, parent, disk);
      assertThat(record.summary().storedBytes()).isLessThan(10L * 5 * 2 * 4096);
      assertThat(bytes(store.openDevice(record.id(), "vda"))).isEqualTo(bytes(disk));
      parent = Optional.of(record.id());
    }
  }

  @Test
  void readsOfAnySizeAtAnyPlaceAreRight() throws IOException {
    MemoryDevice disk = device(13, 12);
    byte[] expected = bytes(disk);
    CheckpointRecord record = commit(store, Optional.empty(), disk);
    try (CheckpointDevice device = store.openDevice(record.id(), "vda")) {
      Random random = new Random(14);
      for (int round = 0; round < 500; round++) {
        int offset = random.nextInt(expected.length);
        int length = random.nextInt(Math.min(3 * CHUNK, expected.length - offset));
        ByteBuffer target = ByteBuffer.allocate(length);
        device.read(offset, target);
        assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(expected, offset, length));
      }
      List<Extent> extents = device.extents(0, device.sizeBytes(), 100);
      assertThat(extents).hasSize(6);
      assertThat(extents.get(1)).isEqualTo(new Extent(3L * CHUNK, CHUNK, Extent.Kind.ZERO));
    }
  }

  @Test
  void aLookFromBesideSeesWhatIsCommitted() throws IOException {
    MemoryDevice disk = device(15, 20);
    CheckpointRecord first = commit(store, Optional.empty(), disk);
    try (CheckpointStore beside = CheckpointStore.inspect(spool.resolve("landfall"))) {
      assertThat(beside.list()).containsExactly(first);
      assertThat(bytes(beside.openDevice(first.id(), "vda"))).isEqualTo(bytes(disk));
      assertThatThrownBy(() -> beside.begin(draft(Optional.empty())))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aStoreOfMixedEncodingsIsReadWhole() throws IOException {
    MemoryDevice disk = device(16, 16);
    CheckpointRecord first = commit(store, Optional.empty(), disk);
    byte[] before = bytes(disk);
    store.close();
    store =
        CheckpointStore.open(
            spool.resolve("landfall"), Contents.settings().withCompression(Compression.ZSTD));
    disk.write(5000, ByteBuffer.wrap(new byte[9000])); // a zstd delta over an LZ4 store's chunk
    CheckpointRecord second = commit(store, Optional.of(first.id()), disk);
    CheckpointRecord other = commit(store, Optional.empty(), device(17, 16));
    reopen();
    assertThat(bytes(store.openDevice(first.id(), "vda"))).isEqualTo(before);
    assertThat(bytes(store.openDevice(second.id(), "vda"))).isEqualTo(bytes(disk));
    assertThat(bytes(store.openDevice(other.id(), "vda"))).isEqualTo(bytes(device(17, 16)));
    assertThat(other.summary().storedBytes()).isLessThan(first.summary().storedBytes());
  }

  @Test
  void onlyOneProcessWrites() {
    assertThatThrownBy(() -> CheckpointStore.open(spool.resolve("landfall"), Contents.settings()))
        .isInstanceOf(StoreHeldException.class)
        .hasMessageContaining("pid " + ProcessHandle.current().pid());
  }
}
