package io.landfall.perf.report;

import io.landfall.perf.bench.Figure;
import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What changed between two runs of one bench.
///
/// A change counts only if the two spreads do not overlap at all: then even the best round of the
/// one was worse than the worst of the other. With few rounds that is strict, and on purpose.
///
/// @param bench its name
/// @param rows what both runs measured, in the newer one's order
/// @param gone what only the older one measured
/// @param added what only the newer one measured
/// @param caveats why the two may not be comparable, a sentence each
public record Comparison(
    String bench, List<Row> rows, List<String> gone, List<String> added, List<String> caveats) {

  /// Whether a figure moved further than its spread.
  public enum Verdict {
    FASTER,
    SAME,
    SLOWER
  }

  /// One figure of both runs.
  ///
  /// @param name job and contender, or the micro benchmark
  /// @param unit seconds until the result was durable, or what the micro benchmark counts
  /// @param ratio of the medians, the newer by the older
  /// @param verdict what that means
  public record Row(
      String name, String unit, Spread older, Spread newer, double ratio, Verdict verdict) {}

  private record Measured(String unit, Spread spread, boolean moreIsBetter) {}

  /// Compares two runs.
  ///
  /// @throws IllegalArgumentException if they are of different benches
  public static Comparison of(Report older, Report newer) {
    if (!older.bench().equals(newer.bench())) {
      throw new IllegalArgumentException(
          "one is of bench %s, the other of %s; compare two of one bench"
              .formatted(older.bench(), newer.bench()));
    }
    Map<String, Measured> before = figures(older);
    Map<String, Measured> after = figures(newer);
    List<Row> rows = new ArrayList<>();
    after.forEach((name, figure) -> {
      if (before.containsKey(name)) {
        rows.add(row(name, before.get(name).spread(), figure));
      }
    });
    return new Comparison(
        newer.bench(),
        rows,
        before.keySet().stream().filter(name -> !after.containsKey(name)).toList(),
        after.keySet().stream().filter(name -> !before.containsKey(name)).toList(),
        caveats(older, newer));
  }

  /// Whether anything is slower beyond its spread.
  public boolean hasSlower() {
    return rows.stream().anyMatch(row -> row.verdict() == Verdict.SLOWER);
  }

  private static Map<String, Measured> figures(Report report) {
    Map<String, Measured> figures = new LinkedHashMap<>();
    for (Result result : report.outcome().results()) {
      figures.put(
          result.job() + ", " + result.contender(),
          new Measured("s", result.secondsToDisk(), false));
    }
    for (MicroResult result : report.outcome().micro()) {
      figures.put(result.name(), new Measured(result.unit(), result.score(), true));
    }
    for (Figure figure : report.outcome().figures()) {
      String name =
          Stream.of(figure.table(), figure.row(), figure.column())
              .filter(part -> !part.isEmpty())
              .collect(Collectors.joining(", "));
      figures.put(name, new Measured(figure.unit(), figure.value(), figure.moreIsBetter()));
    }
    return figures;
  }

  private static Row row(String name, Spread older, Measured figure) {
    Spread newer = figure.spread();
    double ratio = older.median() == 0 ? Double.NaN : newer.median() / older.median();
    Verdict verdict = Verdict.SAME;
    if (older.count() < 2 || newer.count() < 2) {
      verdict = Verdict.SAME; // what was measured once has no spread to leave
    } else if (newer.min() > older.max()) {
      verdict = figure.moreIsBetter() ? Verdict.FASTER : Verdict.SLOWER;
    } else if (newer.max() < older.min()) {
      verdict = figure.moreIsBetter() ? Verdict.SLOWER : Verdict.FASTER;
    }
    return new Row(name, figure.unit(), older, newer, ratio, verdict);
  }

  private static List<String> caveats(Report older, Report newer) {
    List<String> caveats = new ArrayList<>();
    if (older.quick() || newer.quick()) {
      caveats.add("a quick run measures nothing");
    }
    if (older.rounds() < 3 || newer.rounds() < 3) {
      caveats.add("fewer than 3 rounds: the spread is no spread");
    }
    if (!older.machine().cpu().equals(newer.machine().cpu())
        || older.machine().cores() != newer.machine().cores()) {
      caveats.add("the machines differ");
    }
    if (!older.outcome().data().equals(newer.outcome().data())) {
      caveats.add("the data differ");
    }
    return caveats;
  }
}
