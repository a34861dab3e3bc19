package io.landfall.perf.bench;

import java.util.Locale;
import java.util.Optional;

/// What a bench is to show: that a value is at most, or at least, so many times another.
///
/// @param what is to be shown, in a few words
/// @param ours the value that is judged
/// @param relation how it is to stand to the bar
/// @param factor that the other value is multiplied by for the bar
/// @param other value that the bar is made of
record Goal(String what, Value ours, Relation relation, double factor, Value other) {

  /// How ours is to stand to the bar.
  enum Relation {
    AT_MOST("≤"),
    AT_LEAST("≥");

    private final String sign;

    Relation(String sign) {
      this.sign = sign;
    }

    boolean holds(double value, double bar) {
      return this == AT_MOST ? value <= bar : value >= bar;
    }
  }

  /// At most so many times another value.
  static Goal atMost(String what, Value ours, double factor, Value other) {
    return new Goal(what, ours, Relation.AT_MOST, factor, other);
  }

  /// At least this number.
  static Goal atLeast(String what, Value ours, double number, String unit) {
    return new Goal(what, ours, Relation.AT_LEAST, 1, new Value.Constant(number, unit));
  }

  /// Judges a run.
  Verdict judge(Outcome outcome) {
    Optional<Value.Found> value = ours.in(outcome);
    Optional<Value.Found> found = other.in(outcome);
    String reached = value.map(v -> text(v.value(), v.unit())).orElse("not measured");
    if (found.isEmpty()) {
      return new Verdict(what, relation.sign + " what was not measured", reached, Verdict.End.OPEN);
    }
    double bar = factor * found.get().value();
    String times =
        factor == 1
            ? found.get().what()
            : "%s × %s of %s"
                .formatted(
                    number(factor),
                    text(found.get().value(), found.get().unit()),
                    found.get().what());
    String said =
        relation.sign
            + " "
            + text(bar, found.get().unit())
            + (found.get().what().isEmpty() ? "" : " (" + times + ")");
    if (value.isEmpty()) {
      return new Verdict(what, said, reached, Verdict.End.OPEN);
    }
    boolean met = relation.holds(value.get().value(), bar);
    return new Verdict(what, said, reached, met ? Verdict.End.MET : Verdict.End.MISSED);
  }

  private static String text(double value, String unit) {
    return String.format(Locale.ROOT, value >= 100 ? "%.1f %s" : "%.3f %s", value, unit).strip();
  }

  private static String number(double factor) {
    return String.format(Locale.ROOT, "%.2f", factor).replaceAll("\\.?0+$", "");
  }
}
