package io.landfall.perf.report;

import io.landfall.perf.bench.Outcome;
import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A report as tables.
public final class Markdown {
  private static final double MIB = 1 << 20;

  private final StringBuilder out = new StringBuilder();
  private final Report report;

  private Markdown(Report report) {
    this.report = report;
  }

  /// Writes `report` as Markdown.
  public static String of(Report report) {
    Markdown markdown = new Markdown(report);
    markdown.head();
    markdown.results();
    markdown.micro();
    markdown.versions();
    return markdown.out.toString();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private void head() {
    Machine machine = report.machine();
    Outcome outcome = report.outcome();
    line(String.format(Locale.ROOT, "## bench %s", report.bench()));
    line("");
    line(
        String.format(
            Locale.ROOT,
            "%s; %d round%s%s; median [min–max].",
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                .format(report.started().atOffset(ZoneOffset.UTC)),
            report.rounds(),
            report.rounds() == 1 ? "" : "s",
            report.quick() ? "" : " after a warm-up"));
    if (report.quick()) {
      line("**Quick: it shows that everything runs, and measures nothing.**");
    }
    line("");
    line(
        String.format(
            Locale.ROOT,
            "- Machine: %s, %d cores, %.0f GiB, %s, %s.",
            machine.cpu(),
            machine.cores(),
            machine.memoryBytes() / MIB / 1024,
            machine.kernel(),
            machine.fileSystem()));
    line(
        String.format(
            Locale.ROOT,
            "- JVM: %s; `%s`.",
            machine.jdk(),
            String.join(" ", machine.jvmOptions())));
    line(
        String.format(
            Locale.ROOT,
            "- Load before %.1f, after %.1f.",
            report.loadBefore(),
            report.loadAfter()));
    item("Data", outcome.data());
    item("Network", outcome.network());
    item("Priority", outcome.priority());
    item("Not installed here", String.join(", ", outcome.absent()));
    line("");
  }

  private void item(String name, String value) {
    if (!value.isEmpty()) {
      line(String.format(Locale.ROOT, "- %s: %s.", name, value));
    }
  }

  private void results() {
    Map<String, Result> jobs = new LinkedHashMap<>();
    report.outcome().results().forEach(result -> jobs.putIfAbsent(result.job(), result));
    for (Result job : jobs.values()) {
      line(String.format(Locale.ROOT, "### %s: %s", job.job(), job.what()));
      line("");
      line(
          "| | s | to disk | MiB/s to disk | CPU s | of it sender | wire MiB | stored MiB | others |");
      line("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
      report.outcome().results().stream()
          .filter(result -> result.job().equals(job.job()))
          .forEach(this::row);
      line("");
    }
  }

  private void row(Result result) {
    Spread stored = result.figures().get("storedBytes");
    line(
        String.format(
            Locale.ROOT,
            "| %s | %s | %.3f | %.0f | %.2f | %s | %s | %s | %.1f |",
            result.contender(),
            seconds(result.seconds()),
            result.secondsToDisk().median(),
            result.bytes() / MIB / result.secondsToDisk().median(),
            result.cpuSeconds().median(),
            unlessZero("%.2f", result.servingCpuSeconds().median()),
            unlessZero("%.1f", result.wireBytes().median() / MIB),
            stored == null ? "–" : String.format(Locale.ROOT, "%.1f", stored.median() / MIB),
            result.othersCores().median()));
  }

  private static String seconds(Spread spread) {
    return String.format(
        Locale.ROOT, "%.3f [%.3f–%.3f]", spread.median(), spread.min(), spread.max());
  }

  private static String unlessZero(String format, double value) {
    return value == 0 ? "–" : String.format(Locale.ROOT, format, value);
  }

  private void micro() {
    List<MicroResult> micro = report.outcome().micro();
    if (micro.isEmpty()) {
      return;
    }
    line("| | median | min–max | unit |");
    line("|---|---:|---:|---|");
    for (MicroResult result : micro) {
      Spread score = result.score();
      line(
          String.format(
              Locale.ROOT,
              "| %s | %.0f | %.0f–%.0f | %s |",
              result.name(),
              score.median(),
              score.min(),
              score.max(),
              result.unit()));
    }
    line("");
  }

  private void versions() {
    Map<String, Result> contenders = new LinkedHashMap<>();
    for (Result result : report.outcome().results()) {
      contenders.putIfAbsent(result.contender() + ": " + result.how(), result);
    }
    if (contenders.isEmpty()) {
      return;
    }
    line("How:");
    line("");
    contenders
        .values()
        .forEach(result ->
            line(
                String.format(
                    Locale.ROOT,
                    "- %s, %s (%s): %s",
                    result.contender(),
                    result.job(),
                    result.version(),
                    code(result.how()))));
    line("");
  }

  private static String code(String how) {
    return "`" + how + "`";
  }
}
