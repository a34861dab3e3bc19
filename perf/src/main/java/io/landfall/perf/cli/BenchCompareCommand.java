package io.landfall.perf.cli;

import io.landfall.perf.measure.Spread;
import io.landfall.perf.report.Comparison;
import io.landfall.perf.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
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
      "Says what changed between two runs of one bench, and whether by more than their spread.",
      "%nExample: landfall bench compare monday.json today.json"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing is slower beyond its spread", "1:something is", "2:usage"})
final class BenchCompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "OLD", description = "A report: bench ... --json OLD.")
  private Path older;

  @Parameters(index = "1", paramLabel = "NEW", description = "A later one of the same bench.")
  private Path newer;

  @Override
  public Integer call() throws IOException {
    Comparison comparison;
    try {
      comparison = Comparison.of(Report.readJson(older), Report.readJson(newer));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("| | old | new | unit | new/old | |");
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
    out.flush();
    return comparison.hasSlower() ? 1 : 0;
  }

  private static String text(Spread spread) {
    return String.format(
        Locale.ROOT, "%.3f [%.3f–%.3f]", spread.median(), spread.min(), spread.max());
  }
}
