package io.landfall.perf.cli;

import io.landfall.perf.measure.Spread;
import io.landfall.perf.report.Comparison;
import io.landfall.perf.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall bench compare`.
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Says what changed between two runs of one bench, or of all, and whether by more than"
          + " their spread.",
      "%nExample: landfall bench compare monday.json today.json"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing is slower beyond its spread", "1:something is", "2:usage"})
final class BenchCompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "A report: of bench ... --json, or bench.json of bench all.")
  private Path older;

  @Parameters(index = "1", paramLabel = "NEW", description = "A later one.")
  private Path newer;

  @Override
  public Integer call() throws IOException {
    List<Comparison> comparisons = comparisons();
    comparisons.forEach(this::print);
    return comparisons.stream().anyMatch(Comparison::hasSlower) ? 1 : 0;
  }

  /// One for each bench that is in both.
  private List<Comparison> comparisons() throws IOException {
    List<Report> before = Report.readAll(older);
    List<Report> after = Report.readAll(newer);
    List<Comparison> comparisons = new ArrayList<>();
    for (Report report : after) {
      before.stream()
          .filter(former -> former.bench().equals(report.bench()))
          .findFirst()
          .ifPresent(former -> comparisons.add(Comparison.of(former, report)));
    }
    if (comparisons.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is of bench %s, %s of %s; compare two of one bench"
              .formatted(older, names(before), newer, names(after)));
    }
    return comparisons;
  }

  private static String names(List<Report> reports) {
    return reports.isEmpty()
        ? "none"
        : reports.stream().map(Report::bench).collect(Collectors.joining(", "));
  }

  private void print(Comparison comparison) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("| " + comparison.bench() + " | old | new | unit | new/old | |");
    out.println("|---|---:|---:|---|---:|---|");
    for (Comparison.Row row : comparison.rows()) {
      out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %s | %.2f | %s |%n",
          row.name(),
          text(row.older()),
          text(row.newer()),
          row.unit(),
          row.ratio(),
          row.verdict() == Comparison.Verdict.SAME
              ? ""
              : row.verdict().name().toLowerCase(Locale.ROOT));
    }
    comparison.gone().forEach(name -> out.println("only in the old one: " + name));
    comparison.added().forEach(name -> out.println("only in the new one: " + name));
    comparison.caveats().forEach(caveat -> out.println("note: " + caveat));
    out.println();
    out.flush();
  }

  private static String text(Spread spread) {
    return String.format(
        Locale.ROOT, "%.3f [%.3f–%.3f]", spread.median(), spread.min(), spread.max());
  }
}
