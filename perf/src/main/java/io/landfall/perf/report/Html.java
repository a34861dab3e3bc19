package io.landfall.perf.report;

import java.util.List;
import java.util.Map;

/// A run of several benches as one page that needs nothing else: no script, no font, no request. It
/// is well-formed XML, so that a test can read it.
final class Html {
  private final StringBuilder out = new StringBuilder();
  private final Plot plot = new Plot();

  private Html() {}

  static String of(SuiteReport suite) {
    Html html = new Html();
    html.head(suite);
    suite.entries().forEach(html::entry);
    html.line("</main></body></html>");
    return html.out.toString();
  }

  private void head(SuiteReport suite) {
    line("<!DOCTYPE html>");
    line("<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head>");
    line("<meta charset=\"utf-8\"/>");
    line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
    line("<title>landfall bench, " + Facts.when(suite.started()) + "</title>");
    line("<style>" + STYLE + "</style>");
    line("</head><body><main>");
    line("<h1>landfall bench</h1>");
    paragraph("", Facts.when(suite.started()) + "; median [min–max].");
    if (suite.quick()) {
      paragraph("quick", "Quick: it shows that everything runs, and measures nothing.");
    }
    facts(Facts.of(suite.machine()));
    table(suite.summary(), "words");
    if (!suite.goals().rows().isEmpty()) {
      table(suite.goals(), "words");
    }
    line(
        "<p class=\"key\"><span class=\"landfall\"></span> Landfall <span class=\"peer\"></span>"
            + " peers <span class=\"limit\"></span> the limit: nobody checks anything. A bar is"
            + " the median, the line on it goes from the least to the greatest round.</p>");
  }

  private void entry(SuiteReport.Entry entry) {
    line("<section id=\"%s\"><h2>%s</h2>".formatted(entry.bench(), text(entry.bench())));
    if (!entry.failure().isEmpty()) {
      paragraph("failed", "Failed: " + entry.failure());
    }
    for (Report report : entry.reports()) {
      paragraph("", Facts.run(report));
      facts(Facts.of(report));
      line("<div class=\"charts\">");
      Chart.of(report.outcome()).forEach(this::chart);
      line("</div>");
      Tables.of(report.outcome()).forEach(this::table);
      how(Facts.how(report.outcome()));
    }
    line("</section>");
  }

  private void chart(Chart chart) {
    line("<figure><figcaption>" + text(chart.title()) + "</figcaption>");
    line(plot.svg(chart));
    line("</figure>");
  }

  private void how(Map<String, String> how) {
    if (how.isEmpty()) {
      return;
    }
    line("<details><summary>How each did it</summary><ul>");
    how.forEach((who, what) -> line("<li>" + text(who) + ": <code>" + text(what) + "</code></li>"));
    line("</ul></details>");
  }

  private void facts(Map<String, String> facts) {
    line("<dl>");
    facts.forEach((name, value) ->
        line("<dt>" + text(name) + "</dt><dd>" + text(value.replace("`", "")) + "</dd>"));
    line("</dl>");
  }

  private void table(Table table) {
    table(table, "figures");
  }

  private void table(Table table, String style) {
    if (!table.title().isEmpty()) {
      line("<h3>" + text(table.title()) + "</h3>");
    }
    line("<div class=\"wide\"><table class=\"" + style + "\"><thead>");
    row("th", table.head());
    line("</thead><tbody>");
    table.rows().forEach(cells -> row("td", cells));
    line("</tbody></table></div>");
  }

  private void row(String element, List<String> cells) {
    out.append("<tr>");
    cells.forEach(cell ->
        out.append('<')
            .append(element)
            .append('>')
            .append(text(cell))
            .append("</")
            .append(element)
            .append('>'));
    line("</tr>");
  }

  private void paragraph(String style, String text) {
    line("<p class=\"%s\">%s</p>".formatted(style, text(text)));
  }

  /// What XML 1.0 cannot hold (a program's error message may have it) becomes a question mark.
  private static String text(String raw) {
    return raw.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD]", "?")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private static final String STYLE =
      """

      :root { color-scheme: light dark; --page: #fbfbf9; --card: #ffffff; --ink: #22272e;
        --soft: #5b6470; --grid: #e3e5e8; --landfall: #1f6feb; --peer: #a3acb8; --limit: #e0b64f;
        --bad: #b42318; }
      @media (prefers-color-scheme: dark) { :root { --page: #14171c; --card: #1c2128;
        --ink: #dfe4ea; --soft: #98a2ae; --grid: #333a44; --landfall: #4d94ff; --peer: #66707d;
        --limit: #c79a36; --bad: #ff8a7d; } }
      body { margin: 0; background: var(--page); color: var(--ink);
        font: 15px/1.5 system-ui, sans-serif; }
      main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
      h1 { font-size: 1.7rem; margin: 0; }
      h2 { font-size: 1.3rem; margin: 3rem 0 0.25rem; border-top: 1px solid var(--grid);
        padding-top: 1.25rem; }
      h3 { font-size: 1rem; margin: 1.5rem 0 0.4rem; }
      p { margin: 0.25rem 0; }
      .quick, .failed { color: var(--bad); font-weight: 600; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem;
        margin: 0.75rem 0; font-size: 0.9rem; }
      dt { color: var(--soft); }
      dd { margin: 0; overflow-wrap: anywhere; }
      .charts { display: grid; gap: 1rem; margin: 1rem 0; align-items: start;
        grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); }
      figure { margin: 0; padding: 0.8rem; background: var(--card); border-radius: 8px;
        border: 1px solid var(--grid); }
      figcaption { font-weight: 600; font-size: 0.9rem; margin-bottom: 0.3rem; }
      svg { display: block; width: 100%; height: auto; }
      svg text { font-family: system-ui, sans-serif !important; }
      .wide { overflow-x: auto; }
      table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
      th, td { padding: 0.3rem 0.75rem; text-align: right; white-space: nowrap;
        border-bottom: 1px solid var(--grid); }
      th { color: var(--soft); font-weight: 500; }
      th:first-child, td:first-child { text-align: left; padding-left: 0; }
      .words th, .words td { text-align: left; padding-left: 0; }
      details { margin-top: 1rem; font-size: 0.9rem; }
      code { overflow-wrap: anywhere; }
      .key { color: var(--soft); margin-top: 1rem; }
      .key span { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; }
      .key .landfall { background: var(--landfall); }
      .key .peer { background: var(--peer); }
      .key .limit { background: var(--limit); }
      """;
}
