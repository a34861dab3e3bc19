package io.landfall.perf.bench;

import io.landfall.perf.contest.Result;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// A value of a run that a goal is about.
sealed interface Value {

  /// One measured value, and what it was measured of.
  ///
  /// @param what it is of, in a word or two
  /// @param unit of the value
  record Found(String what, double value, String unit) {}

  /// Finds it; empty if the run has it not, since a peer is not installed, say.
  Optional<Found> in(Outcome outcome);

  /// The least time to disk of these contenders in a job, of which some may be absent.
  record Time(String job, List<String> contenders) implements Value {
    @Override
    public Optional<Found> in(Outcome outcome) {
      return least(outcome, job, contenders, "s", result -> result.secondsToDisk().median());
    }
  }

  /// A figure that a contender told of a job, or that the contest took of it.
  record Told(String job, String contender, String figure, String unit) implements Value {
    @Override
    public Optional<Found> in(Outcome outcome) {
      return outcome.results().stream()
          .filter(result -> result.job().equals(job) && result.contender().equals(contender))
          .filter(result -> result.figures().containsKey(figure))
          .findFirst()
          .map(result -> new Found(contender, result.figures().get(figure).median(), unit));
    }
  }

  /// The least of some rows in one column of a bench that is no contest.
  record Cell(String table, List<String> rows, String column) implements Value {
    @Override
    public Optional<Found> in(Outcome outcome) {
      return outcome.figures().stream()
          .filter(figure -> figure.table().equals(table) && figure.column().equals(column))
          .filter(figure -> rows.contains(figure.row()))
          .min(Comparator.comparingDouble(figure -> figure.value().median()))
          .map(figure -> new Found(figure.row(), figure.value().median(), figure.unit()));
    }
  }

  /// A number that is no measurement.
  record Constant(double value, String unit) implements Value {
    @Override
    public Optional<Found> in(Outcome outcome) {
      return Optional.of(new Found("", value, unit));
    }
  }

  private static Optional<Found> least(
      Outcome outcome,
      String job,
      List<String> contenders,
      String unit,
      ToDoubleFunction<Result> value) {
    return outcome.results().stream()
        .filter(result -> result.job().equals(job) && contenders.contains(result.contender()))
        .min(Comparator.comparingDouble(value))
        .map(result -> new Found(result.contender(), value.applyAsDouble(result), unit));
  }

  /// Time to disk of one contender.
  static Value time(String job, String contender) {
    return new Time(job, List.of(contender));
  }

  /// The least time to disk of several.
  static Value bestTime(String job, String... contenders) {
    return new Time(job, List.of(contenders));
  }

  /// One cell of a bench that is no contest.
  static Value cell(String table, String row, String column) {
    return new Cell(table, List.of(row), column);
  }
}
