package io.landfall.perf.report;

import io.landfall.perf.bench.Figure;
import io.landfall.perf.bench.Outcome;
import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Bars that may stand beside one another, since they are of one thing in one unit.
///
/// @param title what is measured, and its unit
/// @param bars a row each
record Chart(String title, List<Bar> bars) {
  private static final String OURS = "landfall";

  /// Whose bar it is.
  enum Side {
    LANDFALL,
    PEER,
    LIMIT
  }

  /// One bar: the median, and how far the rounds were apart.
  record Bar(String name, Side side, Spread value) {}

  /// The charts of a bench; none where all values are zero.
  static List<Chart> of(Outcome outcome) {
    List<Chart> charts = new ArrayList<>();
    Tables.jobs(outcome).forEach((job, results) -> charts.add(contest(job, results)));
    micro(outcome).forEach((name, results) -> charts.add(micro(name, results)));
    Tables.figures(outcome).values().forEach(table -> charts.addAll(figures(table)));
    charts.removeIf(chart -> chart.bars.stream().allMatch(bar -> bar.value.max() <= 0));
    return charts;
  }

  private static Chart contest(String job, List<Result> results) {
    return new Chart(
        job + ": s to disk",
        results.stream()
            .map(result ->
                new Bar(result.contender(), side(result.contender()), result.secondsToDisk()))
            .toList());
  }

  private static Map<String, List<MicroResult>> micro(Outcome outcome) {
    return outcome.micro().stream()
        .collect(
            Collectors.groupingBy(
                result -> className(result) + ": " + result.unit(),
                LinkedHashMap::new,
                Collectors.toList()));
  }

  private static String className(MicroResult result) {
    return result.name().substring(0, Math.max(0, result.name().indexOf('.')));
  }

  private static Chart micro(String title, List<MicroResult> results) {
    return new Chart(
        title,
        results.stream()
            .map(result ->
                new Bar(
                    result.name().substring(result.name().indexOf('.') + 1),
                    Side.LANDFALL,
                    result.score()))
            .toList());
  }

  private static Collection<Chart> figures(List<Figure> table) {
    boolean peers = table.stream().anyMatch(figure -> figure.row().startsWith(OURS));
    Map<String, Chart> charts = new LinkedHashMap<>();
    for (Figure figure : table) {
      String prefix = figure.table().isEmpty() ? "" : figure.table() + ", ";
      String title = prefix + figure.column() + ": " + figure.unit();
      charts
          .computeIfAbsent(title, name -> new Chart(name, new ArrayList<>()))
          .bars
          .add(new Bar(figure.row(), peers ? side(figure.row()) : Side.LANDFALL, figure.value()));
    }
    return charts.values();
  }

  private static Side side(String contender) {
    if (contender.startsWith(OURS)) {
      return Side.LANDFALL;
    }
    return contender.equals("limit") ? Side.LIMIT : Side.PEER;
  }
}
