package io.landfall.perf.bench;

import io.landfall.perf.compare.Archive;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.measure.FreeMemory;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.WorkerProcess;
import io.landfall.protocol.content.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/// How much a series of states of one disk or memory takes: bytes on disk after the first and after
/// the last, beside backup programs on the same files.
///
/// Nobody is told where a state differs from the one before. Sizes are exact; the seconds are of
/// one run.
public final class SeriesBench {
  private final Series series;
  private final Consumer<String> log;

  /// A bench of that series.
  public SeriesBench(Series series, Consumer<String> log) {
    this.series = series;
    this.log = log;
  }

  /// One contender.
  ///
  /// @param name who
  /// @param firstBytes of its files after the first state
  /// @param allBytes after the last
  /// @param seconds for all states
  public record Row(String name, long firstBytes, long allBytes, double seconds) {}

  /// Stores one state after the other.
  @FunctionalInterface
  private interface Keeper {
    void add(int version, Path state) throws IOException;
  }

  /// Runs it in a new directory below `parent`, which is deleted at the end; each row is told when
  /// it is there.
  public void run(Path parent, Consumer<Row> rows) throws IOException {
    Path directory = Files.createTempDirectory(parent, "");
    try (Rig rig = Rig.open("");
        WorkerProcess worker = WorkerProcess.start(rig)) {
      for (Compression compression : Compression.values()) {
        Path work = Files.createDirectory(directory.resolve("landfall"));
        Path store = work.resolve("repository");
        Order.StoreAt at = new Order.StoreAt(store.toString(), compression, "");
        rows.accept(
            row(
                "landfall, " + compression.name().toLowerCase(Locale.ROOT),
                work,
                (_, state) ->
                    worker.tell(
                        new Order.Ingest(
                            at, series.kind(), state.toString(), Order.Changed.UNKNOWN))));
        Trees.delete(work);
      }
      for (Archive archive : Archive.values()) {
        if (archive.installed()) {
          Path work = Files.createDirectory(directory.resolve("peer"));
          rows.accept(
              row(name(archive), work, (version, state) -> archive.add(rig, work, state, version)));
          Trees.delete(work);
        }
      }
    } finally {
      Trees.delete(directory);
    }
  }

  static String name(Archive archive) {
    return archive.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// The same states for everybody, in the page cache; the repository is `work/repository`.
  private Row row(String name, Path work, Keeper keeper) throws IOException {
    log.accept(name + " ...");
    Path repository = work.resolve("repository");
    long first = 0;
    long nanos = 0;
    for (int version = 0; version < series.versions(); version++) {
      Path state = series.version(work.getParent(), version);
      FreeMemory.cache(state);
      long start = System.nanoTime();
      keeper.add(version, state);
      nanos += System.nanoTime() - start;
      if (version == 0) {
        first = Archive.bytes(repository);
      }
    }
    return new Row(name, first, Archive.bytes(repository), nanos / 1e9);
  }
}
