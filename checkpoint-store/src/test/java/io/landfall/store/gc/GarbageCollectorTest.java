package io.landfall.store.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.IngestSummary;
import io.landfall.store.checkpoint.StoreHeldException;
import io.landfall.store.checkpoint.Usage;
import io.landfall.store.testing.Contents;
import io.landfall.store.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {
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

  /// Closing seals the packs, so that they can be collected.
  private void reopen() throws IOException {
    store.close();
    open();
  }

  private GcResult collect() throws IOException {
    return GarbageCollector.run(store, plan -> {}, () -> false);
  }

  private void assertReads(CheckpointId id, byte[] expected) throws IOException {
    try (CheckpointDevice device = store.openDevice(id, "vda")) {
      assertThat(Contents.bytes(device)).isEqualTo(expected);
    }
  }

  @Test
  void whatNobodyNeedsIsGivenBackAndTheRestStays() throws IOException {
    MemoryDevice kept = Contents.device(1, 10);
    CheckpointRecord keep = Contents.commit(store, Optional.empty(), kept);
    reopen();
    CheckpointRecord drop = Contents.commit(store, Optional.empty(), Contents.device(2, 30));
    reopen();
    CheckpointRecord last = Contents.commit(store, Optional.empty(), Contents.device(3, 4));
    reopen();
    store.delete(drop.id());
    GcPlan plan = GarbageCollector.plan(store);
    assertThat(plan.removed()).hasSize(2); // chunks and nodes
    GcResult result = collect();
    assertThat(result.removedPacks()).isEqualTo(2);
    assertThat(result.freedBytes())
        .isEqualTo(plan.freedBytes())
        .isGreaterThan(20L * Contents.CHUNK);
    assertThat(Usage.of(store).totals().wastedBytes()).isLessThan(20_000);
    reopen();
    assertReads(keep.id(), Contents.bytes(kept));
    assertThat(store.list()).containsExactly(keep, last);
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  @Test
  void aPackWithLittleLeftIsRewrittenAndItsChunksAreFoundAgain() throws IOException {
    MemoryDevice disk = Contents.device(4, 40);
    CheckpointRecord whole = Contents.commit(store, Optional.empty(), disk);
    MemoryDevice part = new MemoryDevice(disk.sizeBytes());
    byte[] piece = new byte[4 * Contents.CHUNK];
    disk.read(4L * Contents.CHUNK, ByteBuffer.wrap(piece));
    part.write(4L * Contents.CHUNK, ByteBuffer.wrap(piece));
    CheckpointRecord small = Contents.commit(store, Optional.empty(), part);
    part.write(
        4L * Contents.CHUNK, ByteBuffer.wrap(new byte[] {1, 2, 3})); // a delta on one of them
    CheckpointRecord delta = Contents.commit(store, Optional.of(small.id()), part);
    reopen();
    Contents.commit(store, Optional.empty(), Contents.device(5, 3));
    reopen();
    store.delete(whole.id());
    store.delete(small.id());
    try (CheckpointDevice reading = store.openDevice(delta.id(), "vda")) {
      GcResult result = collect();
      assertThat(result.copiedBytes()).isPositive();
      assertThat(Contents.bytes(reading)).isEqualTo(Contents.bytes(part));
    }
    reopen();
    assertReads(delta.id(), Contents.bytes(part));
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  @Test
  void aRunningIngestKeepsWhatItFound() throws IOException {
    MemoryDevice disk = Contents.device(6, 20);
    CheckpointRecord old = Contents.commit(store, Optional.empty(), disk);
    reopen();
    Contents.commit(store, Optional.empty(), Contents.device(7, 3));
    reopen();
    CheckpointRecord saved;
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
      store.delete(old.id());
      assertThat(collect().skippedPacks()).isPositive();
      saved = writer.commit();
    }
    collect();
    reopen();
    assertReads(saved.id(), Contents.bytes(disk));
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  /// What an ingest finds may be a page delta that nobody needs any more, and its base with it.
  @Test
  void aRunningIngestKeepsTheBasesOfTheDeltasThatItFound() throws IOException {
    MemoryDevice disk = Contents.device(6, 20);
    CheckpointRecord base = Contents.commit(store, Optional.empty(), disk);
    reopen();
    disk.write(5000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    CheckpointRecord delta = Contents.commit(store, Optional.of(base.id()), disk);
    reopen();
    Contents.commit(store, Optional.empty(), Contents.device(7, 3));
    reopen();
    store.delete(base.id());
    store.delete(delta.id());
    CheckpointRecord saved;
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      MemoryDevice only = new MemoryDevice(Contents.CHUNK); // the delta's chunk and no other
      ByteBuffer first = ByteBuffer.allocate(Contents.CHUNK);
      disk.read(0, first);
      only.write(0, first.flip());
      IngestSummary found =
          writer.addDevice(
              CheckpointWriter.Kind.DISK, "vda", only, Baseline.none(), Optional.empty(), n -> {});
      assertThat(found.newBytes()).isZero();
      collect();
      saved = writer.commit();
    }
    reopen();
    assertReads(saved.id(), Arrays.copyOf(Contents.bytes(disk), Contents.CHUNK));
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  @Test
  void aCheckpointWhoseContentARunningIngestKeepsIsNotDeleted() throws IOException {
    MemoryDevice disk = Contents.device(8, 20);
    CheckpointRecord parent = Contents.commit(store, Optional.empty(), disk);
    Manifest manifest = store.manifest(parent.devices().getFirst());
    try (CheckpointWriter writer = store.begin(Contents.draft(Optional.of(parent.id())))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          disk,
          new Baseline(manifest, List.of()),
          Optional.empty(),
          n -> {});
      assertThatThrownBy(() -> store.delete(parent.id())).isInstanceOf(StoreHeldException.class);
      writer.commit();
    }
    store.delete(parent.id());
  }

  @Test
  void collectionCanBeStoppedAnywhere() throws IOException {
    List<CheckpointId> dropped = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      dropped.add(Contents.commit(store, Optional.empty(), Contents.device(20 + i, 6)).id());
      reopen();
    }
    MemoryDevice kept = Contents.device(30, 6);
    CheckpointRecord keep = Contents.commit(store, Optional.empty(), kept);
    reopen();
    for (CheckpointId id : dropped) {
      store.delete(id);
    }
    int steps = 0;
    boolean finished = false;
    while (!finished) {
      boolean[] once = {false};
      GcResult result =
          GarbageCollector.run(
              store,
              plan -> {},
              () -> {
                boolean stop = once[0];
                once[0] = true;
                return stop;
              });
      finished = result.finished();
      steps++;
      assertReads(keep.id(), Contents.bytes(kept));
    }
    assertThat(steps).isGreaterThan(5);
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  /// Commits, deletions, reopening and collection in random order against a model, with an ingest
  /// beside each collection.
  @Test
  void anyHistoryLeavesWhatTheModelHas() throws Exception {
    Random random = new Random(99);
    Map<CheckpointId, byte[]> model = new LinkedHashMap<>();
    MemoryDevice disk = Contents.device(40, 16);
    for (int step = 0; step < 60; step++) {
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> {
          disk.write(random.nextLong(15L * Contents.CHUNK), ByteBuffer.wrap(noise(random, 3000)));
          Optional<CheckpointId> parent = model.keySet().stream().reduce((_, b) -> b);
          CheckpointRecord record = Contents.commit(store, parent, disk);
          model.put(record.id(), Contents.bytes(disk));
        }
        case 3 -> {
          if (model.size() > 2) {
            CheckpointId gone = List.copyOf(model.keySet()).get(random.nextInt(model.size()));
            store.delete(gone);
            model.remove(gone);
          }
        }
        case 4 -> reopen();
        default -> collectBesideIngest(model, random);
      }
    }
    for (Map.Entry<CheckpointId, byte[]> one : model.entrySet()) {
      assertReads(one.getKey(), one.getValue());
    }
    reopen();
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  private void collectBesideIngest(Map<CheckpointId, byte[]> model, Random random)
      throws Exception {
    MemoryDevice other = Contents.device(40 + random.nextInt(3), 16);
    AtomicBoolean failed = new AtomicBoolean();
    CheckpointId[] made = new CheckpointId[1];
    Thread ingest =
        Thread.ofPlatform()
            .start(() -> {
              try {
                made[0] = Contents.commit(store, Optional.empty(), other).id();
              } catch (IOException | RuntimeException e) {
                failed.set(true);
              }
            });
    collect();
    ingest.join();
    assertThat(failed).isFalse();
    model.put(made[0], Contents.bytes(other));
  }

  private static byte[] noise(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
