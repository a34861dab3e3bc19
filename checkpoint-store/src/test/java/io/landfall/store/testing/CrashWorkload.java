package io.landfall.store.testing;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.gc.GarbageCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Scanner;
import org.rocksdb.RocksDB;

/// Two jobs that checkpoint for ever into one store, sharing most of their content, so that each
/// often hits what the other has not made durable. Says `ready`, then a line for each commit that
/// was acknowledged: checkpoint and image id. Beside it checkpoints are deleted and garbage is
/// collected.
public final class CrashWorkload {
  private static final int CHUNKS = 24;

  private CrashWorkload() {}

  /// Waits for an order on standard input, then runs until killed. The order is a seed, how many
  /// rounds to do before the store is closed and opened again, and the store's directory.
  public static void main(String[] args) throws Exception {
    RocksDB.loadLibrary(); // while it waits
    Scanner order = new Scanner(System.in, StandardCharsets.UTF_8);
    long seed = order.nextLong();
    int rounds = order.nextInt();
    Path directory = Path.of(order.nextLine().strip());
    for (long run = 0; ; run++) {
      try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings(directory))) {
        if (run == 0) {
          System.out.println("ready");
        }
        long runSeed = seed + run;
        Thread other = Thread.ofPlatform().start(() -> commitAll(store, runSeed, 1, rounds));
        commitAll(store, runSeed, 2, rounds);
        other.join();
      }
      if (run % 3 == 2) {
        CheckpointStore.rebuildIndex(directory, Contents.settings(directory));
      }
    }
  }

  private static void commitAll(CheckpointStore store, long seed, int job, int rounds) {
    try {
      Random random = new Random(seed * 10 + job);
      MemoryDevice disk = Contents.device(seed, CHUNKS); // the same for both jobs
      Optional<CheckpointRecord> parent = Optional.empty();
      for (int round = 0; round < rounds; round++) {
        CheckpointRecord record = commitOne(store, job, disk, parent, random);
        acknowledge(record.id(), record.devices().getFirst().imageId().toString());
        parent = Optional.of(record);
        if (job == 2 && round % 3 == 2) {
          deleteAndCollect(store, disk, random);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CheckpointRecord commitOne(
      CheckpointStore store,
      int job,
      MemoryDevice disk,
      Optional<CheckpointRecord> parent,
      Random random)
      throws IOException {
    long at = random.nextLong(disk.sizeBytes() - 5000);
    byte[] bytes = new byte[5000];
    random.nextBytes(bytes);
    disk.write(at, ByteBuffer.wrap(bytes));
    CheckpointDraft draft =
        new CheckpointDraft(
            new JobKey("submit", "alice", job, 0), parent.map(CheckpointRecord::id), "exec", "{}");
    try (CheckpointWriter writer = store.begin(draft)) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          disk,
          parent.isPresent() && random.nextBoolean()
              ? new Baseline(
                  store.manifest(parent.get().devices().getFirst()),
                  List.of(new Range(at, bytes.length)))
              : Baseline.none(),
          Optional.<Manifest>empty(),
          n -> {});
      writer.addBlob("state", bytes);
      return writer.commit();
    }
  }

  /// A third job, whose checkpoint nobody is told of and which is deleted at once.
  private static void deleteAndCollect(CheckpointStore store, MemoryDevice disk, Random random)
      throws IOException {
    CheckpointRecord gone = commitOne(store, 3, disk, Optional.empty(), random);
    store.delete(gone.id());
    GarbageCollector.run(store, plan -> {}, () -> false);
  }

  private static synchronized void acknowledge(CheckpointId id, String imageId) {
    System.out.println(id + " " + imageId);
  }
}
