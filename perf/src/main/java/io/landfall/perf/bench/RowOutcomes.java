package io.landfall.perf.bench;

import io.landfall.perf.compare.Archive;
import io.landfall.perf.image.DiskImage;
import io.landfall.perf.image.MemoryImage;
import io.landfall.store.checkpoint.CheckpointWriter.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
  private static final long SPARSE_BYTES = 1L << 40;
  private static final long SPARSE_DATA_BYTES = 10L << 30;
  private static final long CHUNK = 1 << 20;
  private static final int QUICK_SHARE = 50;

  private RowOutcomes() {}

  static Outcome checkpoint(BenchSettings settings) throws IOException {
    CheckpointBench bench = new CheckpointBench(settings.scale().rounds());
    Told told =
        new Told(
            settings,
            "a guest of 256 MiB that runs on; what changes in its memory is under control",
            List.of());
    bench.run(
        settings.directory(),
        row -> {
          Figures figures = told.figures;
          figures.add("", row.kind(), "pause", "ms", row.pauseMillis());
          figures.add("", row.kind(), "whole verb", "ms", row.totalMillis());
          figures.add("", row.kind(), "memory copied", "MiB", row.copiedBytes() / MIB);
          figures.add("", row.kind(), "taken", "MiB", row.takenBytes() / MIB);
          figures.add("", row.kind(), "store grew by", "MiB", row.addedBytes() / MIB);
          told.show("%s: pause %d ms".formatted(row.kind(), row.pauseMillis()));
        });
    return told.outcome();
  }

  static Outcome lazy(BenchSettings settings) throws IOException {
    boolean quick = settings.scale().quick();
    Optional<Path> guest = quick ? Optional.empty() : settings.guest();
    int usual = guest.isPresent() ? LAZY_GUEST_MIB : LAZY_MIB;
    int mib = settings.mib().orElse(quick ? LAZY_QUICK_MIB : usual);
    int link = mbit(settings.scale().link());
    Told told =
        new Told(
            settings,
            "%s on a disk of %d MiB, over %d Mbit/s"
                .formatted(
                    guest.map(file -> "the guest of " + file.getFileName()).orElse("a small guest"),
                    mib,
                    link),
            List.of());
    new LazyBench(guest, settings.service(), mib, link)
        .run(
            settings.directory(),
            row -> {
              Figures figures = told.figures;
              figures.add("", row.kind(), "time to service", "s", row.serviceMillis() / 1000.0);
              if (row.askedBytes() >= 0) {
                figures.add("", row.kind(), "guest had read", "MiB", row.askedBytes() / MIB);
              }
              figures.add("", row.kind(), "travelled by then", "MiB", row.bytes() / MIB);
              figures.add("", row.kind(), "of the image", "%", row.percent());
              figures.add("", row.kind(), "waited for", "MiB", row.demandedBytes() / MIB);
              figures.add("", row.kind(), "time waited", "s", row.waitedMillis() / 1000.0);
              told.show(
                  "%s: service after %.1f s, %.1f of %.1f MiB pulled"
                      .formatted(
                          row.kind(),
                          row.serviceMillis() / 1000.0,
                          row.bytes() / MIB,
                          row.imageBytes() / MIB));
            });
    return told.outcome();
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
    List<Series> all = series(settings.scale(), settings.memory(), settings.images());
    Told told =
        new Told(
            settings,
            all.stream().map(Series::data).collect(Collectors.joining("; ")),
            Arrays.stream(Archive.values())
                .filter(archive -> !archive.installed())
                .map(SeriesBench::name)
                .toList());
    for (Series series : all) {
      String table = series.kind().name().toLowerCase(Locale.ROOT);
      new SeriesBench(series, settings.log())
          .run(
              settings.directory(),
              row -> {
                Figures figures = told.figures;
                double more = (row.allBytes() - row.firstBytes()) / MIB / (series.versions() - 1);
                figures.add(table, row.name(), "first version", "MiB", row.firstBytes() / MIB);
                figures.add(table, row.name(), "all", "MiB", row.allBytes() / MIB);
                figures.add(table, row.name(), "a version more", "MiB", more);
                figures.add(table, row.name(), "time for all", "s", row.seconds());
                told.show("%s, %s: %.1f s".formatted(table, row.name(), row.seconds()));
              });
    }
    return told.outcome();
  }

  private static List<Series> series(Scale scale, List<Path> memory, List<Path> images) {
    List<Series> given = new ArrayList<>();
    if (!memory.isEmpty()) {
      given.add(new Series.Given(Kind.MEMORY, memory));
    }
    if (!images.isEmpty()) {
      given.add(new Series.Given(Kind.DISK, images));
    }
    if (!given.isEmpty()) {
      return given;
    }
    int versions = scale.quick() ? QUICK_VERSIONS : VERSIONS;
    DiskImage disk = scale.image();
    return List.of(
        new Series.MadeDisk(disk, versions),
        new Series.MadeMemory(new MemoryImage(disk.sizeBytes() / 2, disk.seed()), versions));
  }

  static Outcome scale(BenchSettings settings) throws IOException {
    boolean quick = settings.scale().quick();
    int share = quick ? QUICK_SHARE : 1;
    long image = quick ? SPARSE_BYTES / QUICK_SHARE / CHUNK * CHUNK : SPARSE_BYTES;
    long data = quick ? SPARSE_DATA_BYTES / QUICK_SHARE / QUICK_SHARE : SPARSE_DATA_BYTES;
    Told told =
        new Told(
            settings,
            ("a store of n, 2n, 4n small checkpoints of 200 jobs (seed 1); n, 2n, 4n chunks in"
                    + " packs, found by the index and by the packs' tables; a sparse image of %d"
                    + " GiB with %d MiB of data")
                .formatted(image >> 30, data >> 20),
            List.of());
    Figures figures = told.figures;
    new StoreScaleBench(CHECKPOINTS / share, settings.log())
        .run(
            settings.directory(),
            row -> {
              String name = "%d checkpoints".formatted(row.checkpoints());
              figures.add("store", name, "commit", "ms", row.commitMillis());
              figures.add("store", name, "list", "ms", row.listMillis());
              figures.add("store", name, "tree", "ms", row.treeMillis());
              figures.add("store", name, "GC plan", "ms", row.planMillis());
              figures.add("store", name, "peak heap", "MiB", row.peakHeapBytes() / MIB);
              figures.add("store", name, "peak resident", "MiB", row.peakResidentBytes() / MIB);
              told.show(name + ": measured");
            });
    new IndexScaleBench(CHUNKS / share, settings.log())
        .run(
            settings.directory(),
            row -> {
              String name = "%d chunks".formatted(row.chunks());
              figures.add("index", name, "rebuild", "s", row.rebuildSeconds());
              figures.add("index", name, "open", "ms", row.openMillis());
              figures.add("index", name, "a hit", "µs", row.hitMicros());
              figures.add("index", name, "a miss", "µs", row.missMicros());
              figures.add("index", name, "on disk", "MiB", row.indexBytes() / MIB);
              figures.add("index", name, "peak resident", "MiB", row.indexPeakBytes() / MIB);
              figures.add("tables", name, "first look", "s", row.tablesSeconds());
              figures.add("tables", name, "a look-up", "µs", row.tableMicros());
              figures.add("tables", name, "GC plan", "s", row.planSeconds());
              figures.add("tables", name, "peak resident", "MiB", row.tablesPeakBytes() / MIB);
              told.show(name + ": measured");
            });
    new SparseBench(image, data, settings.log())
        .run(
            settings.directory(),
            row -> {
              figures.add("sparse", row.what(), "time", "s", row.seconds());
              figures.add("sparse", row.what(), "read", "MiB", row.readBytes() / MIB);
              figures.add("sparse", row.what(), "store grew by", "MiB", row.storedBytes() / MIB);
              figures.add(
                  "sparse", row.what(), "peak resident", "MiB", row.peakResidentBytes() / MIB);
              told.show("sparse, %s: %.1f s".formatted(row.what(), row.seconds()));
            });
    return told.outcome();
  }

  /// Rows that become figures one after another, each shown when it is there.
  private static final class Told {
    private final BenchSettings settings;
    private final String data;
    private final List<String> absent;
    private final Figures figures = new Figures();

    Told(BenchSettings settings, String data, List<String> absent) {
      this.settings = settings;
      this.data = data;
      this.absent = absent;
    }

    void show(String line) {
      settings.log().accept(line);
      settings.course().show(outcome());
    }

    Outcome outcome() {
      return Outcome.ofFigures(data, absent, figures);
    }
  }
}
