package io.landfall.perf.cli;

import io.landfall.perf.bench.Bench;
import io.landfall.perf.bench.CheckpointBench;
import io.landfall.perf.bench.ImageBench;
import io.landfall.perf.bench.LazyBench;
import io.landfall.perf.bench.Outcome;
import io.landfall.perf.bench.Scale;
import io.landfall.perf.bench.StoreBench;
import io.landfall.perf.bench.TransferBench;
import io.landfall.perf.micro.MicroBench;
import io.landfall.perf.report.Machine;
import io.landfall.perf.report.Markdown;
import io.landfall.perf.report.Report;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall bench`: parses, runs one bench, prints its report.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = BenchCompareCommand.class,
    description =
        "Measures Landfall beside what a user would pick instead: same data, same run,"
            + " several rounds, every result checked.",
    footerHeading = "%nExample:%n",
    footer = {
      "  landfall bench transfer --rounds 5 --markdown transfer.md",
      "",
      "perf/METHOD.md says how to read a figure, and what can fool one."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final double MIB = 1 << 20;
  private static final int LAZY_MIB = 1024;
  private static final int LAZY_QUICK_MIB = 64;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "BENCH",
      description = {
        "${COMPLETION-CANDIDATES}:",
        "micro: codec, hash, zero test, manifest, frames (JMH)",
        "image: raw and qcow2, beside qemu-img",
        "store: ingest, restore, beside restic and borg",
        "transfer: landing over loopback, beside nbdcopy, rsync, cp, qemu-img",
        "checkpoint: how long a guest of 256 MiB stands still while it is checkpointed",
        "lazy: how soon a guest is at its service over 100 Mbit/s, landed in full and lazily",
        "series: what 20 versions of a disk take, beside restic, borg and casync",
        "scale: list, tree, commit, GC plan and the index for n, 2n, 4n checkpoints"
      })
  private Kind kind;

  @Option(
      names = "--quick",
      description = "Small data and one round: shows that all runs, measures nothing.")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds after the warm-up.")
  private Integer rounds;

  @Option(
      names = "--mib",
      paramLabel = "N",
      description = "Size of the disk, half of which is data; 2048 unless told.")
  private Integer mib;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the images are made: the file system that is measured, 8 GiB free.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--link",
      paramLabel = "RATE",
      description = "Rate of the network, such as 1gbit or 100mbit; needs root.")
  private String link = "";

  @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
  private Path jsonFile;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write the report as Markdown.")
  private Path markdownFile;

  @Option(
      names = "--guest",
      paramLabel = "DISK",
      description = "lazy: a raw disk that boots; without it a small one is made.")
  private Path guest;

  @Option(
      names = "--service",
      paramLabel = "TEXT",
      defaultValue = "login:",
      description =
          "lazy: what that guest writes to its first serial port when it is at its service "
              + "(default: ${DEFAULT-VALUE}).")
  private String service;

  enum Kind {
    MICRO,
    IMAGE,
    STORE,
    TRANSFER,
    CHECKPOINT,
    LAZY,
    SERIES,
    SCALE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (kind == null) {
      throw new ParameterException(
          spec.commandLine(), "say which bench, e.g.: landfall bench image");
    }
    if (kind == Kind.CHECKPOINT) {
      return checkpoint();
    }
    if (kind == Kind.LAZY) {
      return lazy();
    }
    if (kind == Kind.SERIES) {
      StoreTables.series(scale(), directory, out(), this::log);
      return 0;
    }
    if (kind == Kind.SCALE) {
      StoreTables.scale(quick, directory, out(), this::log);
      return 0;
    }
    Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    double load = Machine.load();
    Outcome outcome = outcome();
    Report report =
        new Report(
            Report.FORMAT,
            kind.toString(),
            started,
            quick,
            scale().rounds(),
            Machine.here(directory, WorkerProcess.options()),
            load,
            Machine.load(),
            outcome);
    String markdown = Markdown.of(report);
    if (jsonFile != null) {
      report.writeJson(jsonFile);
    }
    if (markdownFile != null) {
      Files.writeString(markdownFile, markdown);
    }
    out().print(markdown);
    out().flush();
    return 0;
  }

  /// There is nobody to compare with: a table of its own.
  private int checkpoint() throws IOException {
    out().println("| before it | pause | whole verb | memory copied | taken | store grew by |");
    out().println("|---|---|---|---|---|---|");
    for (CheckpointBench.Row row : new CheckpointBench(scale().rounds()).run(directory)) {
      out()
          .printf(
              "| %s | %d ms | %d ms | %.1f MiB | %.1f MiB | %.1f MiB |%n",
              row.kind(),
              row.pauseMillis(),
              row.totalMillis(),
              row.copiedBytes() / MIB,
              row.takenBytes() / MIB,
              row.addedBytes() / MIB);
    }
    out().flush();
    return 0;
  }

  /// The guest itself is the measure: a table of its own.
  private int lazy() throws IOException {
    out().println("| the image | data in it | time to service | travelled by then | waited for |");
    out().println("|---|---|---|---|---|");
    int made = mib != null ? mib : quick ? LAZY_QUICK_MIB : LAZY_MIB;
    Optional<Path> disk = quick ? Optional.empty() : Optional.ofNullable(guest);
    for (LazyBench.Row row : new LazyBench(disk, service, made).run(directory)) {
      out()
          .printf(
              "| %s | %.1f MiB | %.1f s | %.1f MiB | %.1f MiB |%n",
              row.kind(),
              row.imageBytes() / MIB,
              row.serviceMillis() / 1000.0,
              row.bytes() / MIB,
              row.demandedBytes() / MIB);
    }
    out().flush();
    return 0;
  }

  private Outcome outcome() throws IOException {
    return switch (kind) {
      case MICRO ->
          new Outcome("", "", "", List.of(), List.of(), MicroBench.run(scale().rounds(), quick));
      case IMAGE -> run(new ImageBench(scale(), this::log));
      case STORE -> run(new StoreBench(scale(), this::log));
      case TRANSFER -> run(new TransferBench(scale(), this::log));
      case CHECKPOINT, LAZY, SERIES, SCALE ->
          throw new IllegalStateException("prints a table of its own");
    };
  }

  private Outcome run(Bench bench) throws IOException {
    return bench.run(directory);
  }

  private Scale scale() {
    Scale scale = quick ? Scale.small() : Scale.full();
    if (mib != null) {
      scale = scale.withMib(mib);
    }
    scale = scale.withLink(link);
    return rounds == null ? scale : scale.withRounds(rounds);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /// Progress goes where the report does not.
  private void log(String line) {
    spec.commandLine().getErr().println(line);
  }
}
