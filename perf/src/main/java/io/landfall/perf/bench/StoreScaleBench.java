package io.landfall.perf.bench;

import io.landfall.perf.compare.Archive;
import io.landfall.perf.contest.Trees;
import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
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
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.gc.GarbageCollector;
import io.landfall.store.index.IndexSettings;
import io.landfall.store.index.RocksIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// What grows with a store: the times of looking, committing and planning a collection for n, 2n
/// and 4n checkpoints, and those of the index for as many times its chunks.
///
/// Checkpoints are of 200 jobs in turn, whose disks of 64 MiB hold 1 MiB each, and in every one 4
/// KiB are changed. The index has rows of chunks that nobody has.
public final class StoreScaleBench {
  private static final int JOBS = 200;
  private static final int DISK_BYTES = 64 << 20;
  private static final int LAST_COMMITS = 50;
  private static final int PACK_CHUNKS = 256;
  private static final int LOOK_UPS = 20_000;

  private final int checkpoints;
  private final int chunks;
  private final Consumer<String> log;
  private final List<Optional<CheckpointRecord>> latest = new ArrayList<>();
  private final Random random = new Random(1);

  /// A bench up to four times `checkpoints`, and four times `chunks` in the index.
  public StoreScaleBench(int checkpoints, int chunks, Consumer<String> log) {
    this.checkpoints = checkpoints;
    this.chunks = chunks;
    this.log = log;
    for (int job = 0; job < JOBS; job++) {
      latest.add(Optional.empty());
    }
  }

  /// A store of some size.
  ///
  /// @param checkpoints in it
  /// @param commitMillis of one, the mean of the last [#LAST_COMMITS]
  /// @param listMillis to open it for looking and list all
  /// @param treeMillis to say what each takes and shares
  /// @param planMillis to mark what is needed and plan a collection
  /// @param peakBytes of the heap meanwhile, garbage included
  public record StoreRow(
      int checkpoints,
      double commitMillis,
      long listMillis,
      long treeMillis,
      long planMillis,
      long peakBytes) {}

  /// An index of some size.
  ///
  /// @param chunks rows in it
  /// @param addedPerSecond while it grew to that
  /// @param hitMicros of a look-up that finds its chunk
  /// @param missMicros of one that does not
  /// @param diskBytes of its files
  public record IndexRow(
      long chunks, double addedPerSecond, double hitMicros, double missMicros, long diskBytes) {}

  /// Grows a store in a new directory below `parent`, which is deleted at the end.
  public List<StoreRow> store(Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "landfall-bench-");
    Path spool = directory.resolve("store");
    List<StoreRow> rows = new ArrayList<>();
    try {
      int made = 0;
      for (int times : new int[] {1, 2, 4}) {
        long lastNanos = 0;
        try (CheckpointStore store = CheckpointStore.open(spool, StoreSettings.defaults())) {
          for (; made < checkpoints * times; made++) {
            long start = System.nanoTime();
            commit(store, made % JOBS);
            lastNanos += made >= checkpoints * times - LAST_COMMITS ? System.nanoTime() - start : 0;
          }
        }
        log.accept(made + " checkpoints");
        rows.add(measure(spool, made, lastNanos / 1e6 / LAST_COMMITS));
      }
      return rows;
    } finally {
      Trees.delete(directory);
    }
  }

  private void commit(CheckpointStore store, int job) throws IOException {
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

  private static StoreRow measure(Path spool, int made, double commitMillis) throws IOException {
    System.gc();
    heaps().forEach(MemoryPoolMXBean::resetPeakUsage);
    long start = System.nanoTime();
    try (CheckpointStore store = CheckpointStore.inspect(spool)) {
      int listed = store.list().size();
      long list = millisSince(start);
      if (listed != made) {
        throw new IllegalStateException(listed + " checkpoints listed, expected " + made);
      }
      start = System.nanoTime();
      Usage.of(store);
      long tree = millisSince(start);
      start = System.nanoTime();
      GarbageCollector.plan(store);
      long plan = millisSince(start);
      long peak = heaps().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
      return new StoreRow(made, commitMillis, list, tree, plan, peak);
    }
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static List<MemoryPoolMXBean> heaps() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  /// Grows an index in a new directory below `parent`, which is deleted at the end.
  public List<IndexRow> index(Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "landfall-bench-");
    Path path = directory.resolve("index");
    List<IndexRow> rows = new ArrayList<>();
    try (RocksIndex index = RocksIndex.open(path, IndexSettings.DEFAULT)) {
      long made = 0;
      for (int times : new int[] {1, 2, 4}) {
        long from = made;
        long start = System.nanoTime();
        for (; made < (long) chunks * times; made += PACK_CHUNKS) {
          index.add(made / PACK_CHUNKS, pack(made), Long.MAX_VALUE);
        }
        index.sync();
        double perSecond = (made - from) * 1e9 / (System.nanoTime() - start);
        log.accept(made + " chunks in the index");
        rows.add(
            new IndexRow(
                made,
                perSecond,
                lookUpMicros(index, made, 0),
                lookUpMicros(index, made, made),
                Archive.bytes(path)));
      }
      return rows;
    } finally {
      Trees.delete(directory);
    }
  }

  private static List<PackEntry> pack(long first) {
    List<PackEntry> entries = new ArrayList<>(PACK_CHUNKS);
    for (int i = 0; i < PACK_CHUNKS; i++) {
      ChunkHeader header =
          new ChunkHeader(ChunkEncoding.LZ4, 0, 262_144, 100_000, id(first + i), ChunkId.ZERO, 0);
      entries.add(new PackEntry(64 + i * 100_088L, header));
    }
    return entries;
  }

  /// Scattered as digests are.
  private static ChunkId id(long number) {
    ByteBuffer bytes = ByteBuffer.allocate(ChunkId.SIZE_BYTES);
    Random scattered = new Random(number);
    while (bytes.hasRemaining()) {
      bytes.putLong(scattered.nextLong());
    }
    return ChunkId.readFrom(bytes.flip());
  }

  private double lookUpMicros(RocksIndex index, long made, long offset) throws IOException {
    List<ChunkId> ids = new ArrayList<>(LOOK_UPS);
    for (int i = 0; i < LOOK_UPS; i++) {
      ids.add(id(offset + random.nextLong(made)));
    }
    long start = System.nanoTime();
    int found = 0;
    for (ChunkId id : ids) {
      found += index.find(id).isPresent() ? 1 : 0;
    }
    double micros = (System.nanoTime() - start) / 1e3 / LOOK_UPS;
    if (found != (offset == 0 ? LOOK_UPS : 0)) {
      throw new IllegalStateException(found + " of " + LOOK_UPS + " chunks found");
    }
    return micros;
  }
}
