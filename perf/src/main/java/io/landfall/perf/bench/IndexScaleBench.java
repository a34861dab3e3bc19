package io.landfall.perf.bench;

import io.landfall.perf.compare.Archive;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.measure.Memory;
import io.landfall.protocol.content.ChunkId;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.gc.GarbageCollector;
import io.landfall.store.index.IndexSettings;
import io.landfall.store.index.RocksIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// What grows with the number of chunks: making the index again, opening the store, looking chunks
/// up in the index and, as whoever looks into the store beside its daemon does, in the tables of
/// the packs, and planning a collection; for n, 2n and 4n chunks that nobody has.
public final class IndexScaleBench {
  private static final int INDEX_LOOK_UPS = 50_000;
  private static final int TABLE_LOOK_UPS = 5_000;

  private final int chunks;
  private final Consumer<String> log;
  private final Random random = new Random(1);

  /// A bench up to four times `chunks`.
  public IndexScaleBench(int chunks, Consumer<String> log) {
    this.chunks = chunks;
    this.log = log;
  }

  /// A store of some size.
  ///
  /// @param chunks in its packs
  /// @param rebuildSeconds to make the index from the packs' tables
  /// @param openMillis to open the store for writing
  /// @param hitMicros of a look-up in the index that finds its chunk
  /// @param missMicros of one that does not
  /// @param indexBytes of the index's files
  /// @param indexPeakBytes most that the process took while the index was made and asked
  /// @param tablesSeconds from opening the store for looking to the first chunk that is found
  /// @param tableMicros of a look-up in the tables after that
  /// @param planSeconds to plan a collection, beside the daemon
  /// @param tablesPeakBytes most that the process took for these, mapped tables included
  public record Row(
      long chunks,
      double rebuildSeconds,
      double openMillis,
      double hitMicros,
      double missMicros,
      long indexBytes,
      long indexPeakBytes,
      double tablesSeconds,
      double tableMicros,
      double planSeconds,
      long tablesPeakBytes) {}

  /// Grows a store in a new directory below `parent`, which is deleted at the end; each row is told
  /// when it is there.
  public void run(Path parent, Consumer<Row> rows) throws IOException {
    Path directory = Files.createTempDirectory(parent, "");
    Path spool = directory.resolve("store");
    try {
      MadePacks made;
      try (CheckpointStore store = CheckpointStore.open(spool, StoreSettings.defaults())) {
        made = new MadePacks(store.packDirectory(), store.uuid());
      }
      long pack = 0;
      for (int times : new int[] {1, 2, 4}) {
        for (; pack * MadePacks.CHUNKS < (long) chunks * times; pack++) {
          made.write(pack);
        }
        log.accept(pack * MadePacks.CHUNKS + " chunks in " + pack + " packs");
        rows.accept(measure(spool, pack * MadePacks.CHUNKS));
      }
    } finally {
      Trees.delete(directory);
    }
  }

  private Row measure(Path spool, long there) throws IOException {
    Memory.resetPeaks();
    long start = System.nanoTime();
    CheckpointStore.rebuildIndex(spool, StoreSettings.defaults());
    double rebuild = secondsSince(start);
    start = System.nanoTime();
    Path indexAt;
    try (CheckpointStore store = CheckpointStore.open(spool, StoreSettings.defaults())) {
      indexAt = store.indexDirectory();
    }
    double open = secondsSince(start);
    double hit;
    double miss;
    try (RocksIndex index = RocksIndex.open(indexAt, IndexSettings.DEFAULT)) {
      micros(index::find, INDEX_LOOK_UPS, there, 0); // the first ones fill the cache
      hit = micros(index::find, INDEX_LOOK_UPS, there, 0);
      miss = micros(index::find, INDEX_LOOK_UPS, there, there);
    }
    long indexPeak = Memory.peakResidentBytes();
    Memory.resetPeaks();
    start = System.nanoTime();
    try (CheckpointStore store = CheckpointStore.inspect(spool)) {
      micros(store.storedLocator()::find, 1, there, 0);
      double tables = secondsSince(start);
      double table = micros(store.storedLocator()::find, TABLE_LOOK_UPS, there, 0);
      start = System.nanoTime();
      GarbageCollector.plan(store);
      return new Row(
          there,
          rebuild,
          open * 1000,
          hit,
          miss,
          Archive.bytes(indexAt),
          indexPeak,
          tables,
          table,
          secondsSince(start),
          Memory.peakResidentBytes());
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /// Finds a chunk, or does not.
  private interface Finder {
    Optional<ChunkLocation> find(ChunkId id) throws IOException;
  }

  /// Looks chunks up that are there, if `offset` is 0, or are not, if it is `there`.
  private double micros(Finder finder, int lookUps, long there, long offset) throws IOException {
    List<ChunkId> ids = new ArrayList<>(lookUps);
    for (int i = 0; i < lookUps; i++) {
      ids.add(MadePacks.id(offset + random.nextLong(there)));
    }
    long start = System.nanoTime();
    int found = 0;
    for (ChunkId id : ids) {
      found += finder.find(id).isPresent() ? 1 : 0;
    }
    double micros = (System.nanoTime() - start) / 1e3 / lookUps;
    if (found != (offset == 0 ? lookUps : 0)) {
      throw new IllegalStateException(found + " of " + lookUps + " chunks found");
    }
    return micros;
  }
}
