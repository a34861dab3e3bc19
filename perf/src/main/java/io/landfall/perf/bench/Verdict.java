package io.landfall.perf.bench;

/// How a run stands to one goal.
///
/// @param goal what is to be shown
/// @param bar what value that takes, and what it is made of
/// @param reached the value of this run
/// @param end whether that is enough
public record Verdict(String goal, String bar, String reached, End end) {

  /// Whether a goal was reached.
  public enum End {
    MET("met"),
    MISSED("missed"),
    /// Something that it takes was not measured.
    OPEN("open");

    private final String word;

    End(String word) {
      this.word = word;
    }

    /// As a report says it.
    @Override
    public String toString() {
      return word;
    }
  }

  /// The same, of one part of a bench.
  Verdict in(String prefix) {
    return new Verdict(prefix + goal, bar, reached, end);
  }
}
