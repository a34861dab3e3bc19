package io.landfall.transfer.config;

import io.landfall.transfer.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Collects what is wrong, so that a user reads every mistake of a file at once. The same problem
/// found again (by the next job of a `queue 100`) is kept once.
public final class Problems {
  /// More than a person reads; what comes after is dropped.
  public static final int MAX_PROBLEMS = 200;

  private static final int MAX_CHARS = 600;

  private final Set<Problem> found = new LinkedHashSet<>();

  /// Adds an error that breaks the rule named `rule`.
  public void error(String rule, Location where, String message, String remedy) {
    add(new Problem(Severity.ERROR, Optional.of(rule), where, brief(message), brief(remedy)));
  }

  /// Adds an error that no rule names.
  public void error(Location where, String message, String remedy) {
    add(new Problem(Severity.ERROR, Optional.empty(), where, brief(message), brief(remedy)));
  }

  /// Adds a warning.
  public void warning(Location where, String message, String remedy) {
    add(new Problem(Severity.WARNING, Optional.empty(), where, brief(message), brief(remedy)));
  }

  /// Values are quoted in messages, and a value may be a megabyte.
  private static String brief(String text) {
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
  }

  /// Adds a problem made elsewhere.
  public void add(Problem problem) {
    if (found.size() < MAX_PROBLEMS) {
      found.add(problem);
    }
  }

  /// Whether an error breaks the rule named `rule`.
  public boolean broke(String rule) {
    return found.stream().anyMatch(p -> p.isError() && p.rule().filter(rule::equals).isPresent());
  }

  /// How many problems there are so far, for telling whether a step added one.
  public int count() {
    return found.size();
  }

  /// Whether anything found is an error.
  public boolean hasErrors() {
    return found.stream().anyMatch(Problem::isError);
  }

  /// What was found, in the order of the text.
  public List<Problem> inOrder() {
    List<Problem> sorted = new ArrayList<>(found);
    sorted.sort(
        Comparator.comparing((Problem p) -> p.location().file())
            .thenComparingInt(p -> p.location().line())
            .thenComparingInt(p -> p.location().column()));
    return sorted;
  }
}
