package io.landfall.perf.cli;

import io.landfall.perf.bench.BenchKind;
import io.landfall.perf.bench.Budget;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.report.Machine;
import io.landfall.perf.report.SuiteReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `landfall bench all`.
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the benches one after another, and writes one report of all, anew after every round:"
          + " whoever stops it (Ctrl-C) keeps what was measured.",
      "A bench that fails is a line in the report, not the end of the run.",
      "%nExample: landfall bench all --minutes 65 --out results --guest linux.raw --service login:"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every bench ran", "1:one or more failed, the report says why", "2:usage"})
final class BenchAllCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "bench-report",
      description =
          "Where bench.json, bench.md and bench.html are written (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "BENCH",
      description =
          "Some of them: ${COMPLETION-CANDIDATES}. Without it all but series and scale, which take"
              + " 23 minutes more; with --quick all.")
  private List<BenchKind> only = List.of();

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "65",
      description =
          "Time for all: what is short of it costs rounds, and never a bench; 0 for as many rounds"
              + " as are wanted (default: ${DEFAULT-VALUE}).")
  private int minutes;

  private final List<SuiteReport.Entry> entries = new ArrayList<>();
  private Instant started;
  private Machine machine;

  @Override
  public Integer call() throws IOException {
    BenchOptions.requireMinutes(minutes, spec.commandLine());
    Files.createDirectories(out);
    machine = options.machine();
    started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    List<BenchKind> kinds = kinds();
    kinds.forEach(
        kind -> entries.add(SuiteReport.Entry.failed(kind.toString(), 0, "its turn has not come")));
    Path work = options.newDirectory();
    try (Interruption interruption = Interruption.watch()) {
      try {
        run(kinds, work, interruption);
      } finally {
        Trees.delete(work);
      }
      tell();
    }
    return entries.stream().allMatch(entry -> entry.failure().isEmpty()) ? 0 : 1;
  }

  private List<BenchKind> kinds() {
    return only.isEmpty()
        ? Arrays.stream(BenchKind.values()).filter(kind -> options.quick() || kind.usual()).toList()
        : only.stream().distinct().toList();
  }

  private void run(List<BenchKind> kinds, Path work, Interruption interruption) throws IOException {
    Budget budget =
        new Budget(
            minutes == 0 ? OptionalInt.empty() : OptionalInt.of(minutes),
            kinds.stream().map(options::cost).toList(),
            System::nanoTime);
    for (int number = 0; number < kinds.size() && !interruption.asked(); number++) {
      log(
          "-- bench %s, %d of %d; %s; the report so far: %s"
              .formatted(
                  kinds.get(number),
                  number + 1,
                  kinds.size(),
                  BenchRun.clock(budget),
                  out.resolve(SuiteReport.HTML)));
      int index = number;
      new BenchRun(
              kinds.get(number),
              options,
              budget,
              interruption,
              this::log,
              entry -> {
                entries.set(index, entry);
                write();
              })
          .run(work);
    }
  }

  private void write() throws IOException {
    new SuiteReport(SuiteReport.FORMAT, started, options.quick(), machine, entries).write(out);
  }

  private void tell() {
    PrintWriter told = spec.commandLine().getOut();
    entries.forEach(entry -> told.printf("%-10s %s%n", entry.bench(), entry.end()));
    told.println(out.resolve(SuiteReport.HTML));
    told.flush();
  }

  /// Progress goes where the report does not.
  private void log(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
