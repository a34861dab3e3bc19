package io.landfall.perf.cli;

import io.landfall.perf.bench.BenchKind;
import io.landfall.perf.report.Machine;
import io.landfall.perf.report.Report;
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
import java.util.Objects;
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
      "Runs every bench, one after another, and writes one report of all.",
      "A bench that fails is a line in the report, not the end of the run.",
      "%nExample: landfall bench all --out results"
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
      description = "Some of them: ${COMPLETION-CANDIDATES}.")
  private List<BenchKind> only = List.of();

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(out);
    Machine machine = options.machine();
    Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    List<SuiteReport.Entry> entries = new ArrayList<>();
    List<BenchKind> kinds = only.isEmpty() ? Arrays.asList(BenchKind.values()) : only;
    for (BenchKind kind : kinds.stream().distinct().toList()) {
      log("bench " + kind + " ...");
      entries.add(entry(kind));
    }
    SuiteReport suite =
        new SuiteReport(SuiteReport.FORMAT, started, options.quick(), machine, entries);
    suite.write(out);
    PrintWriter told = spec.commandLine().getOut();
    entries.forEach(entry ->
        told.printf(
            "%-10s %s%n",
            entry.bench(), entry.failure().isEmpty() ? "done" : "failed: " + entry.failure()));
    told.println(out.resolve(SuiteReport.HTML));
    told.flush();
    return entries.stream().allMatch(entry -> entry.failure().isEmpty()) ? 0 : 1;
  }

  private SuiteReport.Entry entry(BenchKind kind) {
    long began = System.nanoTime();
    try {
      Report report = options.run(kind, this::log);
      return SuiteReport.Entry.of(seconds(began), report);
    } catch (IOException | RuntimeException e) {
      String why = Objects.requireNonNullElse(e.getMessage(), e.toString());
      return SuiteReport.Entry.failed(
          kind.toString(), seconds(began), why.lines().findFirst().orElse(e.toString()));
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  /// Progress goes where the report does not.
  private void log(String line) {
    spec.commandLine().getErr().println(line);
  }
}
