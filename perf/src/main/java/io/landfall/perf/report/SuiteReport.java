package io.landfall.perf.report;

import io.landfall.perf.bench.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One run of several benches.
///
/// @param format of this file: 1
/// @param started when
/// @param quick whether it was made to show that all runs, and measures nothing
/// @param machine where
/// @param entries a bench each, in the order in which they ran
public record SuiteReport(
    int format, Instant started, boolean quick, Machine machine, List<Entry> entries) {
  /// The format that is written: that of the reports in it.
  public static final int FORMAT = Report.FORMAT;

  /// The file of it for programs.
  public static final String JSON = "bench.json";

  /// The same for people.
  public static final String MARKDOWN = "bench.md";

  /// The same with plots.
  public static final String HTML = "bench.html";

  public SuiteReport {
    entries = List.copyOf(entries);
  }

  /// One of the benches.
  ///
  /// @param bench its name
  /// @param seconds that it took, making its data included
  /// @param failure why it has no report, or none of all that it was to measure; empty if it has
  /// @param reports its report; none if it failed before it had measured anything
  public record Entry(String bench, double seconds, String failure, List<Report> reports) {

    /// A bench that ran.
    public static Entry of(double seconds, Report report) {
      return new Entry(report.bench(), seconds, "", List.of(report));
    }

    /// A bench that failed.
    public static Entry failed(String bench, double seconds, String failure) {
      return new Entry(bench, seconds, failure, List.of());
    }

    /// How it ended, in a few words.
    public String end() {
      return failure.isEmpty() ? "done" : "failed: " + failure;
    }

    /// A bench that did not come to its end.
    ///
    /// @param report what it had measured until then
    public static Entry partly(String bench, double seconds, String why, Optional<Report> report) {
      return new Entry(bench, seconds, why, report.stream().toList());
    }
  }

  /// Writes it as JSON, Markdown and HTML into `directory`.
  public void write(Path directory) throws IOException {
    // The page last: should plotting fail, the figures are safe.
    Report.write(directory.resolve(JSON), Report.json(this));
    Report.write(directory.resolve(MARKDOWN), Markdown.of(this));
    Report.write(directory.resolve(HTML), Html.of(this));
  }

  /// Reads what [#write] wrote as JSON.
  ///
  /// @throws IOException if the file is of another format
  public static SuiteReport readJson(Path file) throws IOException {
    return Report.read(file, SuiteReport.class, SuiteReport::format);
  }

  /// Which benches there are, and how they ended.
  Table summary() {
    List<List<String>> rows =
        entries.stream()
            .map(entry ->
                List.of(
                    entry.bench(),
                    String.format(Locale.ROOT, "%.0f", entry.seconds()),
                    absent(entry),
                    entry.end()))
            .toList();
    return new Table("", List.of("bench", "s in all", "not installed here", "end"), rows);
  }

  /// What all benches were to show, and whether they did; without rows if none of them had a goal.
  Table goals() {
    List<List<String>> rows = new ArrayList<>();
    for (Entry entry : entries) {
      for (Report report : entry.reports()) {
        for (Verdict verdict : report.outcome().verdicts()) {
          rows.add(
              List.of(
                  entry.bench(),
                  verdict.goal(),
                  verdict.bar(),
                  verdict.reached(),
                  verdict.end().toString()));
        }
      }
    }
    return new Table("Goals of all", List.of("bench", "goal", "bar", "reached", ""), rows);
  }

  private static String absent(Entry entry) {
    String absent =
        String.join(
            ", ",
            entry.reports().stream()
                .flatMap(report -> report.outcome().absent().stream())
                .toList());
    return absent.isEmpty() ? "–" : absent;
  }
}
