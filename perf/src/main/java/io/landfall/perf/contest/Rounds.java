package io.landfall.perf.contest;

import java.util.List;

/// Hears of a contest after each of its rounds, and says whether there is another.
public interface Rounds {
  /// Whether there is another round.
  ///
  /// @param done rounds that counted; 0 after the warm-up
  /// @param soFar the results of these
  boolean another(int done, List<Result> soFar);

  /// The contest ends before its round does, by a failure or because it was stopped.
  ///
  /// @param soFar results of what was measured; some have a round more than others
  void brokenOff(List<Result> soFar);

  /// So many, whatever they take.
  static Rounds of(int count) {
    return new Rounds() {
      @Override
      public boolean another(int done, List<Result> soFar) {
        return done < count;
      }

      @Override
      public void brokenOff(List<Result> soFar) {}
    };
  }
}
