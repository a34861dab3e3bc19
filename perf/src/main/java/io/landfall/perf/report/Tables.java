package io.landfall.perf.report;

import io.landfall.perf.bench.Figure;
import io.landfall.perf.bench.Outcome;
import io.landfall.perf.bench.Verdict;
import io.landfall.perf.contest.Contest;
import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The figures of a bench as tables, for whichever format.
final class Tables {
  static final double MIB = 1 << 20;
  private static final List<String> CONTEST_HEAD =
      List.of(
          "",
          "s",
          "to disk",
          "MiB/s to disk",
          "CPU s",
          "of it sender",
          "wire MiB",
          "stored MiB",
          "others");

  private static final int AFTER_WIRE = CONTEST_HEAD.indexOf("wire MiB") + 1;

  private Tables() {}

  static List<Table> of(Outcome outcome) {
    List<Table> tables = new ArrayList<>();
    jobs(outcome).values().forEach(job -> tables.add(contest(job)));
    if (!outcome.micro().isEmpty()) {
      tables.add(micro(outcome.micro()));
    }
    figures(outcome).forEach((title, figures) -> tables.add(figures(title, figures)));
    if (!outcome.verdicts().isEmpty()) {
      tables.add(verdicts(outcome.verdicts()));
    }
    return tables;
  }

  /// Results by job, in order.
  static Map<String, List<Result>> jobs(Outcome outcome) {
    return outcome.results().stream()
        .collect(Collectors.groupingBy(Result::job, LinkedHashMap::new, Collectors.toList()));
  }

  /// Figures by table, in order.
  static Map<String, List<Figure>> figures(Outcome outcome) {
    return outcome.figures().stream()
        .collect(Collectors.groupingBy(Figure::table, LinkedHashMap::new, Collectors.toList()));
  }

  /// How the run stands to what the bench is to show.
  private static Table verdicts(List<Verdict> verdicts) {
    List<List<String>> rows =
        verdicts.stream()
            .map(verdict ->
                List.of(verdict.goal(), verdict.bar(), verdict.reached(), verdict.end().toString()))
            .toList();
    return new Table("Goals", List.of("goal", "bar", "reached", ""), rows);
  }

  /// Over a link there is one column more.
  private static Table contest(List<Result> results) {
    Result job = results.getFirst();
    boolean linked = job.figures().containsKey(Contest.LINE_PERCENT);
    List<String> head = new ArrayList<>(CONTEST_HEAD);
    List<List<String>> rows = new ArrayList<>();
    for (Result result : results) {
      List<String> row = new ArrayList<>(row(result));
      if (linked) {
        row.add(AFTER_WIRE, text("%.1f", result.figures().get(Contest.LINE_PERCENT).median()));
      }
      rows.add(row);
    }
    if (linked) {
      head.add(AFTER_WIRE, "% of line");
    }
    return new Table(job.job() + ": " + job.what(), head, rows);
  }

  private static List<String> row(Result result) {
    Spread stored = result.figures().get("storedBytes");
    return List.of(
        result.contender(),
        spread("%.3f", result.seconds()),
        text("%.3f", result.secondsToDisk().median()),
        text("%.0f", result.bytes() / MIB / result.secondsToDisk().median()),
        text("%.2f", result.cpuSeconds().median()),
        unlessZero("%.2f", result.servingCpuSeconds().median()),
        unlessZero("%.1f", result.wireBytes().median() / MIB),
        stored == null ? "–" : text("%.1f", stored.median() / MIB),
        text("%.1f", result.othersCores().median()));
  }

  private static Table micro(List<MicroResult> results) {
    List<List<String>> rows =
        results.stream()
            .map(result ->
                List.of(
                    result.name(),
                    text("%.0f", result.score().median()),
                    text("%.0f", result.score().min()) + "–" + text("%.0f", result.score().max()),
                    result.unit()))
            .toList();
    return new Table("", List.of("", "median", "min–max", "unit"), rows);
  }

  private static Table figures(String title, List<Figure> figures) {
    Map<String, Map<String, String>> cells = new LinkedHashMap<>();
    List<String> columns = figures.stream().map(figure -> column(figure)).distinct().toList();
    for (Figure figure : figures) {
      cells
          .computeIfAbsent(figure.row(), _ -> new LinkedHashMap<>())
          .put(column(figure), value(figure.value()));
    }
    List<String> head = new ArrayList<>(List.of(""));
    head.addAll(columns);
    List<List<String>> rows = new ArrayList<>();
    cells.forEach((name, values) -> {
      List<String> row = new ArrayList<>(List.of(name));
      columns.forEach(column -> row.add(values.getOrDefault(column, "–")));
      rows.add(row);
    });
    return new Table(title, head, rows);
  }

  private static String column(Figure figure) {
    return figure.column() + ", " + figure.unit();
  }

  private static String value(Spread value) {
    String format = value.max() >= 1000 ? "%.0f" : value.max() >= 10 ? "%.1f" : "%.2f";
    return value.min() == value.max() ? text(format, value.median()) : spread(format, value);
  }

  private static String spread(String format, Spread spread) {
    return "%s [%s–%s]"
        .formatted(
            text(format, spread.median()), text(format, spread.min()), text(format, spread.max()));
  }

  private static String unlessZero(String format, double value) {
    return value == 0 ? "–" : text(format, value);
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
