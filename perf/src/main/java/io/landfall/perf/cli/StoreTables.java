package io.landfall.perf.cli;

import io.landfall.perf.bench.Scale;
import io.landfall.perf.bench.SeriesBench;
import io.landfall.perf.bench.StoreScaleBench;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Prints the tables of the store's benches that are no contests in time.
final class StoreTables {
  private static final double MIB = 1 << 20;
  private static final int VERSIONS = 20;
  private static final int QUICK_VERSIONS = 3;
  private static final int CHECKPOINTS = 2_500;
  private static final int CHUNKS = 5_000_000;
  private static final int QUICK_SHARE = 50;

  private StoreTables() {}

  static void series(Scale scale, Path directory, PrintWriter out, Consumer<String> log)
      throws IOException {
    int versions = scale.quick() ? QUICK_VERSIONS : VERSIONS;
    out.printf(
        "%d versions of a disk of %d MiB with %d MiB of data, 1 %% of that changed each time:%n%n",
        versions, scale.image().sizeBytes() >> 20, scale.image().dataBytes() >> 20);
    out.println("| | first version | all | a version more | seconds for all |");
    out.println("|---|---|---|---|---|");
    for (SeriesBench.Row row : new SeriesBench(scale.image(), versions, log).run(directory)) {
      out.printf(
          "| %s | %.1f MiB | %.1f MiB | %.2f MiB | %.1f |%n",
          row.name(),
          row.firstBytes() / MIB,
          row.allBytes() / MIB,
          (row.allBytes() - row.firstBytes()) / MIB / (versions - 1),
          row.seconds());
    }
    out.flush();
  }

  static void scale(boolean quick, Path directory, PrintWriter out, Consumer<String> log)
      throws IOException {
    int share = quick ? QUICK_SHARE : 1;
    StoreScaleBench bench = new StoreScaleBench(CHECKPOINTS / share, CHUNKS / share, log);
    out.println("| checkpoints | commit | list | tree | GC plan | peak heap |");
    out.println("|---|---|---|---|---|---|");
    for (StoreScaleBench.StoreRow row : bench.store(directory)) {
      out.printf(
          "| %d | %.1f ms | %d ms | %d ms | %d ms | %.0f MiB |%n",
          row.checkpoints(),
          row.commitMillis(),
          row.listMillis(),
          row.treeMillis(),
          row.planMillis(),
          row.peakBytes() / MIB);
    }
    out.println();
    out.println("| chunks in the index | added a second | a hit | a miss | on disk |");
    out.println("|---|---|---|---|---|");
    for (StoreScaleBench.IndexRow row : bench.index(directory)) {
      out.printf(
          "| %d | %.0f | %.1f µs | %.1f µs | %.0f MiB |%n",
          row.chunks(),
          row.addedPerSecond(),
          row.hitMicros(),
          row.missMicros(),
          row.diskBytes() / MIB);
    }
    out.flush();
  }
}
