package io.landfall.perf.bench;

import io.landfall.perf.contest.Result;
import io.landfall.perf.contest.Rounds;
import java.util.List;
import java.util.function.Function;

/// How a bench goes on: whether there is time for another round, and who sees what was measured so
/// far. Whoever stops a run that took hours must not lose it.
public interface Course {
  /// A round is done.
  ///
  /// @param rounds that counted, with this one; 0 after a warm-up
  /// @param soFar what they measured
  /// @return whether there is time for another
  boolean hasTime(int rounds, Outcome soFar);

  /// Shows what was measured amid a round, or in one that will have no end.
  void show(Outcome soFar);

  /// What is left of the time, for the first of so many parts that are still to come and take the
  /// same.
  ///
  /// @param whole the outcome of the bench, by the outcome of the part
  Course part(int parts, Function<Outcome, Outcome> whole);

  /// The rounds of a contest.
  ///
  /// @param wanted most of them
  /// @param outcome of its results
  default Rounds rounds(int wanted, Function<List<Result>, Outcome> outcome) {
    return new Rounds() {
      @Override
      public boolean another(int done, List<Result> soFar) {
        return (hasTime(done, outcome.apply(soFar)) && done < wanted) || done == 0;
      }

      @Override
      public void brokenOff(List<Result> soFar) {
        show(outcome.apply(soFar));
      }
    };
  }
}
