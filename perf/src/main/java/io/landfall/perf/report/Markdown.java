package io.landfall.perf.report;

import java.util.List;
import java.util.Map;

/// A report as tables.
public final class Markdown {
  private final StringBuilder out = new StringBuilder();

  private Markdown() {}

  /// Writes `report` as Markdown.
  public static String of(Report report) {
    Markdown markdown = new Markdown();
    markdown.line("## bench " + report.bench());
    markdown.line("");
    markdown.line(Facts.run(report));
    markdown.quick(report.quick());
    markdown.line("");
    markdown.facts(Facts.of(report.machine()));
    markdown.outcome(report);
    return markdown.out.toString();
  }

  /// Writes a run of several benches as Markdown.
  static String of(SuiteReport suite) {
    Markdown markdown = new Markdown();
    markdown.line("# landfall bench all");
    markdown.line("");
    markdown.line(Facts.when(suite.started()) + "; median [min–max].");
    markdown.quick(suite.quick());
    markdown.line("");
    markdown.facts(Facts.of(suite.machine()));
    markdown.line("");
    markdown.table(suite.summary());
    if (!suite.goals().rows().isEmpty()) {
      markdown.table(suite.goals());
    }
    for (SuiteReport.Entry entry : suite.entries()) {
      for (Report report : entry.reports()) {
        markdown.line("## bench " + report.bench());
        markdown.line("");
        markdown.line(Facts.run(report));
        markdown.line("");
        markdown.outcome(report);
      }
    }
    return markdown.out.toString();
  }

  private void quick(boolean quick) {
    if (quick) {
      line("**Quick: it shows that everything runs, and measures nothing.**");
    }
  }

  private void outcome(Report report) {
    facts(Facts.of(report));
    line("");
    Tables.of(report.outcome()).forEach(this::table);
    Map<String, String> how = Facts.how(report.outcome());
    if (!how.isEmpty()) {
      line("How:");
      line("");
      how.forEach((who, what) -> line("- " + who + ": `" + what + "`"));
      line("");
    }
  }

  private void facts(Map<String, String> facts) {
    facts.forEach((name, value) -> line("- " + name + ": " + value + "."));
  }

  private void table(Table table) {
    if (!table.title().isEmpty()) {
      line("### " + table.title());
      line("");
    }
    row(table.head());
    line("|---" + "|---:".repeat(table.head().size() - 1) + "|");
    table.rows().forEach(this::row);
    line("");
  }

  private void row(List<String> cells) {
    out.append('|');
    cells.forEach(cell -> out.append(cell.isEmpty() ? "" : " " + cell).append(" |"));
    line("");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
