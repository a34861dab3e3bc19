package io.landfall.perf.bench;

import io.landfall.perf.compare.Archive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sets up the benches that are no contests in time, and makes figures of their rows.
final class RowOutcomes {
  private static final double MIB = 1 << 20;
  private static final int LAZY_MIB = 1024;
  private static final int LAZY_QUICK_MIB = 64;
  private static final int LAZY_GUEST_MIB = 6144;
  private static final Pattern MBIT = Pattern.compile("([1-9]\\d{0,4})mbit");
  private static final int VERSIONS = 20;
  private static final int QUICK_VERSIONS = 3;
  private static final int CHECKPOINTS = 2_500;
  private static final int CHUNKS = 5_000_000;
  private static final int QUICK_SHARE = 50;

  private RowOutcomes() {}

  static Outcome checkpoint(BenchSettings settings) throws IOException {
    CheckpointBench bench = new CheckpointBench(settings.scale().rounds());
    Figures figures = new Figures();
    for (CheckpointBench.Row row : bench.run(settings.directory())) {
      figures.add("", row.kind(), "pause", "ms", row.pauseMillis());
      figures.add("", row.kind(), "whole verb", "ms", row.totalMillis());
      figures.add("", row.kind(), "memory copied", "MiB", row.copiedBytes() / MIB);
      figures.add("", row.kind(), "taken", "MiB", row.takenBytes() / MIB);
      figures.add("", row.kind(), "store grew by", "MiB", row.addedBytes() / MIB);
    }
    return Outcome.ofFigures(
        "a guest of 256 MiB that runs on; what changes in its memory is under control",
        List.of(),
        figures);
  }

  static Outcome lazy(BenchSettings settings) throws IOException {
    boolean quick = settings.scale().quick();
    Optional<Path> guest = quick ? Optional.empty() : settings.guest();
    int usual = guest.isPresent() ? LAZY_GUEST_MIB : LAZY_MIB;
    int mib = settings.mib().orElse(quick ? LAZY_QUICK_MIB : usual);
    int link = mbit(settings.scale().link());
    List<LazyBench.Row> rows =
        new LazyBench(guest, settings.service(), mib, link).run(settings.directory());
    Figures figures = new Figures();
    for (LazyBench.Row row : rows) {
      figures.add("", row.kind(), "time to service", "s", row.serviceMillis() / 1000.0);
      if (row.askedBytes() >= 0) {
        figures.add("", row.kind(), "guest had read", "MiB", row.askedBytes() / MIB);
      }
      figures.add("", row.kind(), "travelled by then", "MiB", row.bytes() / MIB);
      figures.add("", row.kind(), "waited for", "MiB", row.demandedBytes() / MIB);
      figures.add("", row.kind(), "time waited", "s", row.waitedMillis() / 1000.0);
    }
    return Outcome.ofFigures(
        "a guest whose image has %.1f MiB of data, over %d Mbit/s"
            .formatted(rows.getFirst().imageBytes() / MIB, link),
        List.of(),
        figures);
  }

  private static int mbit(String rate) throws IOException {
    if (rate.isEmpty()) {
      return LazyBench.LINK_MBIT;
    }
    Matcher matcher = MBIT.matcher(rate);
    if (!matcher.matches()) {
      throw new IOException(
          "the link of lazy is " + rate + ", expected whole Mbit/s such as 20mbit");
    }
    return Integer.parseInt(matcher.group(1));
  }

  static Outcome series(BenchSettings settings) throws IOException {
    Scale scale = settings.scale();
    int versions = scale.quick() ? QUICK_VERSIONS : VERSIONS;
    SeriesBench bench = new SeriesBench(scale.image(), versions, settings.log());
    Figures figures = new Figures();
    for (SeriesBench.Row row : bench.run(settings.directory())) {
      double more = (row.allBytes() - row.firstBytes()) / MIB / (versions - 1);
      figures.add("", row.name(), "first version", "MiB", row.firstBytes() / MIB);
      figures.add("", row.name(), "all", "MiB", row.allBytes() / MIB);
      figures.add("", row.name(), "a version more", "MiB", more);
      figures.add("", row.name(), "time for all", "s", row.seconds());
    }
    return Outcome.ofFigures(
        "%d versions of a disk of %d MiB with %d MiB of data (seed %d), 1 %% of that changed each time"
            .formatted(
                versions,
                scale.image().sizeBytes() >> 20,
                scale.image().dataBytes() >> 20,
                scale.image().seed()),
        Arrays.stream(Archive.values())
            .filter(archive -> !archive.installed())
            .map(SeriesBench::name)
            .toList(),
        figures);
  }

  static Outcome scale(BenchSettings settings) throws IOException {
    int share = settings.scale().quick() ? QUICK_SHARE : 1;
    StoreScaleBench bench =
        new StoreScaleBench(CHECKPOINTS / share, CHUNKS / share, settings.log());
    Figures figures = new Figures();
    for (StoreScaleBench.StoreRow row : bench.store(settings.directory())) {
      String name = "%d checkpoints".formatted(row.checkpoints());
      figures.add("store", name, "commit", "ms", row.commitMillis());
      figures.add("store", name, "list", "ms", row.listMillis());
      figures.add("store", name, "tree", "ms", row.treeMillis());
      figures.add("store", name, "GC plan", "ms", row.planMillis());
      figures.add("store", name, "peak heap", "MiB", row.peakBytes() / MIB);
    }
    for (StoreScaleBench.IndexRow row : bench.index(settings.directory())) {
      String name = "%d chunks".formatted(row.chunks());
      figures.addRate("index", name, "added", "chunks/s", row.addedPerSecond());
      figures.add("index", name, "a hit", "µs", row.hitMicros());
      figures.add("index", name, "a miss", "µs", row.missMicros());
      figures.add("index", name, "on disk", "MiB", row.diskBytes() / MIB);
    }
    return Outcome.ofFigures(
        "a store of n, 2n, 4n small checkpoints (seed 1), an index of n, 2n, 4n chunks",
        List.of(),
        figures);
  }
}
