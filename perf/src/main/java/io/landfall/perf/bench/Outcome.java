package io.landfall.perf.bench;

import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.util.List;
import java.util.stream.Stream;

/// What a bench found.
///
/// @param data what it ran on, in a sentence
/// @param network congestion control and whose loopback
/// @param priority whether the measured went before others
/// @param absent peers that are not installed here
/// @param results of the contest
/// @param micro results of micro benchmarks
/// @param figures of a bench that is no contest in time
/// @param verdicts how the run stands to what the bench is to show
public record Outcome(
    String data,
    String network,
    String priority,
    List<String> absent,
    List<Result> results,
    List<MicroResult> micro,
    List<Figure> figures,
    List<Verdict> verdicts) {

  public Outcome {
    // Reports of former versions have none.
    figures = figures == null ? List.of() : figures;
    verdicts = verdicts == null ? List.of() : verdicts;
  }

  /// The same, judged.
  Outcome judged(List<Goal> goals) {
    return new Outcome(
        data,
        network,
        priority,
        absent,
        results,
        micro,
        figures,
        goals.stream().map(goal -> goal.judge(this)).toList());
  }

  /// The same as a part of a bench, whose name is before everything.
  Outcome in(String prefix) {
    return new Outcome(
        prefix + data,
        network,
        priority,
        absent,
        results.stream().map(result -> result.ofJob(prefix + result.job())).toList(),
        micro,
        figures,
        verdicts.stream().map(verdict -> verdict.in(prefix)).toList());
  }

  /// Whether nothing is measured yet.
  public boolean isEmpty() {
    return results.isEmpty() && micro.isEmpty() && figures.isEmpty();
  }

  /// How many rounds counted; where one thing has more than another, the most.
  public int rounds() {
    return Stream.of(
            results.stream().map(Result::secondsToDisk),
            micro.stream().map(MicroResult::score),
            figures.stream().map(Figure::value))
        .flatMap(spreads -> spreads)
        .mapToInt(Spread::count)
        .max()
        .orElse(0);
  }

  static Outcome ofMicro(List<MicroResult> micro) {
    return new Outcome("", "", "", List.of(), List.of(), micro, List.of(), List.of());
  }

  static Outcome ofFigures(String data, List<String> absent, Figures figures) {
    return new Outcome(data, "", "", absent, List.of(), List.of(), figures.all(), List.of());
  }
}
