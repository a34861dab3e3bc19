package io.landfall.perf.cli;

import io.landfall.perf.bench.BenchKind;
import io.landfall.perf.bench.BenchSettings;
import io.landfall.perf.bench.Choice;
import io.landfall.perf.bench.Cost;
import io.landfall.perf.bench.Course;
import io.landfall.perf.bench.Scale;
import io.landfall.perf.report.Machine;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// What one bench and all of them have in common.
final class BenchOptions {
  @Option(
      names = "--quick",
      description = "Small data and one round: shows that all runs, measures nothing.")
  private boolean quick;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds after the warm-up: 5, or fewer where one takes long.")
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
              + " it, or with --quick, a small one is made.")
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

  /// What its user chose, for a bench that goes on as `course` says.
  BenchSettings settings(Path below, Course course, Consumer<String> log) {
    return new BenchSettings(
        scale(),
        mib == null ? OptionalInt.empty() : OptionalInt.of(mib),
        below,
        Optional.ofNullable(guest),
        service,
        memory,
        images,
        new Choice(rows, contenders),
        course,
        log);
  }

  /// A new directory for all that a run makes. Its name is short, since sockets are made below it,
  /// and the name of a socket has 107 bytes.
  Path newDirectory() throws IOException {
    for (int number = 1; ; number++) {
      try {
        return Files.createDirectory(directory.resolve("landfall-bench-" + number));
      } catch (FileAlreadyExistsException e) {
        // another run's, or what one left that was killed
      }
    }
  }

  /// What a bench takes, roughly, as its user chose it.
  Cost cost(BenchKind kind) {
    return kind.cost(scale(), guest != null);
  }

  static void requireMinutes(int minutes, CommandLine line) {
    if (minutes < 0) {
      throw new ParameterException(line, "--minutes " + minutes + ": expected 0 or more");
    }
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
