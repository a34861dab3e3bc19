package io.landfall.perf.bench;

import io.landfall.perf.contest.Trees;
import io.landfall.perf.measure.Memory;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.checkpoint.Usage;
import io.landfall.store.gc.GarbageCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// What grows with the number of checkpoints: the times of looking, committing and planning a
/// collection for n, 2n and 4n of them.
///
/// Checkpoints are of 200 jobs in turn, whose disks of 64 MiB hold 1 MiB each, and in every one 4
/// KiB are changed. Each time is the median of a few; before the first, a small store is measured
/// for the compiler's sake. All but the last commits of a size are not forced to disk.
public final class StoreScaleBench {
  private static final int JOBS = 200;
  private static final int DISK_BYTES = 64 << 20;
  private static final int LAST_COMMITS = 100;
  private static final int TIMES = 5;
  private static final int WARM_UP = 300;

  private final int checkpoints;
  private final Consumer<String> log;
  private final List<Optional<CheckpointRecord>> latest = new ArrayList<>();
  private final Random random = new Random(1);
  private int made;

  /// A bench up to four times `checkpoints`.
  public StoreScaleBench(int checkpoints, Consumer<String> log) {
    this.checkpoints = checkpoints;
    this.log = log;
  }

  /// A store of some size.
  ///
  /// @param checkpoints in it
  /// @param commitMillis of one, the median of the last [#LAST_COMMITS]
  /// @param listMillis to open it for looking and list all
  /// @param treeMillis to say what each takes and shares
  /// @param planMillis to mark what is needed and plan a collection
  /// @param peakHeapBytes meanwhile, garbage included
  /// @param peakResidentBytes of the whole process meanwhile
  public record Row(
      int checkpoints,
      double commitMillis,
      double listMillis,
      double treeMillis,
      double planMillis,
      long peakHeapBytes,
      long peakResidentBytes) {}

  /// Grows a store in a new directory below `parent`, which is deleted at the end; each row is told
  /// when it is there.
  public void run(Path parent, Consumer<Row> rows) throws IOException {
    Path directory = Files.createTempDirectory(parent, "");
    try {
      Path small = directory.resolve("warm-up");
      begin();
      grow(small, Math.min(WARM_UP, checkpoints));
      measure(small);
      Path spool = directory.resolve("store");
      begin();
      for (int times : new int[] {1, 2, 4}) {
        double commitMillis = grow(spool, checkpoints * times);
        log.accept(made + " checkpoints");
        rows.accept(measure(spool).withCommit(commitMillis));
      }
    } finally {
      Trees.delete(directory);
    }
  }

  private void begin() {
    made = 0;
    latest.clear();
    for (int job = 0; job < JOBS; job++) {
      latest.add(Optional.empty());
    }
  }

  /// @return the median of the last commits, in milliseconds
  private double grow(Path spool, int target) throws IOException {
    int last = Math.min(LAST_COMMITS, (target - made) / 2);
    StoreSettings settings = StoreSettings.defaults();
    try (CheckpointStore store =
        CheckpointStore.open(spool, settings.withFiles(new UnforcedFiles()))) {
      while (made < target - last) {
        commit(store);
      }
    }
    double[] millis = new double[last];
    try (CheckpointStore store = CheckpointStore.open(spool, settings)) {
      for (int i = 0; i < last; i++) {
        long start = System.nanoTime();
        commit(store);
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    return median(millis);
  }

  private static double median(double[] some) {
    Arrays.sort(some);
    return some.length == 0 ? 0 : some[some.length / 2];
  }

  private void commit(CheckpointStore store) throws IOException {
    int job = made++ % JOBS;
    Optional<CheckpointRecord> parent = latest.get(job);
    byte[] bytes = new byte[parent.isEmpty() ? 1 << 20 : 4096];
    random.nextBytes(bytes);
    long at = parent.isEmpty() ? 0 : random.nextInt(255) * 4096L;
    MemoryDevice disk = new MemoryDevice(DISK_BYTES);
    disk.write(at, ByteBuffer.wrap(bytes));
    Baseline baseline = Baseline.none();
    if (parent.isPresent()) {
      // What surrounds the change in its chunk becomes zeros: the bench cares for names, not bytes.
      Manifest former = store.manifest(parent.get().devices().getFirst());
      baseline = new Baseline(former, List.of(new Range(at, bytes.length)));
    }
    CheckpointDraft draft =
        new CheckpointDraft(
            new JobKey("bench", "owner" + job % 10, job, 0),
            parent.map(CheckpointRecord::id),
            "bench",
            "{}");
    try (CheckpointWriter writer = store.begin(draft)) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK, "vda", disk, baseline, Optional.empty(), done -> {});
      latest.set(job, Optional.of(writer.commit()));
    }
  }

  /// Times of one look at the store.
  private record Look(double list, double tree, double plan) {}

  private Measured measure(Path spool) throws IOException {
    Memory.resetPeaks();
    List<Look> looks = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      looks.add(look(spool));
    }
    return new Measured(
        made,
        median(looks.stream().mapToDouble(Look::list).toArray()),
        median(looks.stream().mapToDouble(Look::tree).toArray()),
        median(looks.stream().mapToDouble(Look::plan).toArray()),
        Memory.peakHeapBytes(),
        Memory.peakResidentBytes());
  }

  private record Measured(
      int checkpoints, double list, double tree, double plan, long heap, long resident) {
    Row withCommit(double commit) {
      return new Row(checkpoints, commit, list, tree, plan, heap, resident);
    }
  }

  private Look look(Path spool) throws IOException {
    long start = System.nanoTime();
    try (CheckpointStore store = CheckpointStore.inspect(spool)) {
      int listed = store.list().size();
      double list = millisSince(start);
      if (listed != made) {
        throw new IllegalStateException(listed + " checkpoints listed, expected " + made);
      }
      start = System.nanoTime();
      Usage.of(store);
      double tree = millisSince(start);
      start = System.nanoTime();
      GarbageCollector.plan(store);
      return new Look(list, tree, millisSince(start));
    }
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }
}
