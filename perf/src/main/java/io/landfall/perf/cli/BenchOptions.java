package io.landfall.perf.cli;

import io.landfall.perf.bench.BenchKind;
import io.landfall.perf.bench.BenchSettings;
import io.landfall.perf.bench.Choice;
import io.landfall.perf.bench.Scale;
import io.landfall.perf.report.Machine;
import io.landfall.perf.report.Report;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// What one bench and all of them have in common.
final class BenchOptions {
  @Option(
      names = "--quick",
      description = "Small data and one round: shows that all runs, measures nothing.")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds after the warm-up.")
  private Integer rounds;

  @Option(
      names = "--mib",
      paramLabel = "N",
      description =
          "Size of the disk, half of which is data; 2048 unless told. Of links and swarm: of the"
              + " fastest link's.")
  private Integer mib;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the images are made: the file system that is measured, 16 GiB free.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--link",
      paramLabel = "RATE[,ROUNDTRIP]",
      description =
          "transfer: two hosts with such a link between them, as 1gbit or 100mbit,20ms; needs"
              + " root.")
  private String link = "";

  @Option(
      names = "--guest",
      paramLabel = "DISK",
      description =
          "lazy: a raw disk that boots, grown to --mib (6144) with data it has no use for; without"
              + " it a small one is made.")
  private Path guest;

  @Option(
      names = "--service",
      paramLabel = "TEXT",
      defaultValue = "login:",
      description =
          "lazy: what that guest writes to its first serial port when it is at its service "
              + "(default: ${DEFAULT-VALUE}).")
  private String service;

  @Option(
      names = "--memory",
      arity = "2..*",
      paramLabel = "FILE",
      description =
          "series: states of one guest's memory, oldest first, each a flat file by guest-physical"
              + " address; without --memory and --images some are made.")
  private List<Path> memory = List.of();

  @Option(
      names = "--images",
      arity = "2..*",
      paramLabel = "FILE",
      description = "series: states of one raw disk, oldest first.")
  private List<Path> images = List.of();

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "ROW",
      description =
          "image, nbd, store, transfer, links: some rows only, as cold,changed; what they start"
              + " from is run before them.")
  private List<String> rows = List.of();

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "image, nbd, store, transfer, links: some contenders only, as landfall,rsync.")
  private List<String> contenders = List.of();

  boolean quick() {
    return quick;
  }

  Machine machine() throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + ": no directory; --dir names one on what is measured");
    }
    return Machine.here(directory, WorkerProcess.options());
  }

  /// Runs one bench. Progress goes to `log`.
  Report run(BenchKind kind, Consumer<String> log) throws IOException {
    BenchSettings settings =
        new BenchSettings(
            scale(),
            mib == null ? OptionalInt.empty() : OptionalInt.of(mib),
            directory,
            Optional.ofNullable(guest),
            service,
            memory,
            images,
            new Choice(rows, contenders),
            log);
    Machine machine = machine();
    Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    double load = Machine.load();
    var outcome = kind.run(settings);
    return new Report(
        Report.FORMAT,
        kind.toString(),
        started,
        quick,
        kind.rounds(settings),
        machine,
        load,
        Machine.load(),
        outcome);
  }

  private Scale scale() {
    Scale scale = quick ? Scale.small() : Scale.full();
    if (mib != null) {
      scale = scale.withMib(mib);
    }
    scale = scale.withLink(link);
    return rounds == null ? scale : scale.withRounds(rounds);
  }
}
