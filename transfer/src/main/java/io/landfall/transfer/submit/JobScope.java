package io.landfall.transfer.submit;

import io.landfall.transfer.config.Expander;
import io.landfall.transfer.config.Location;
import io.landfall.transfer.config.MacroTable;
import io.landfall.transfer.config.Problems;
import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import java.util.Optional;

/// The commands of one job, expanded when asked for, and where to report what is wrong with them.
final class JobScope {
  private final MacroTable macros;
  private final Expander expander;
  private final Problems problems;
  private final Location queue;

  /// @param queue the queue statement, where a missing command is reported
  JobScope(MacroTable macros, Expander expander, Problems problems, Location queue) {
    this.macros = macros;
    this.expander = expander;
    this.problems = problems;
    this.queue = queue;
  }

  /// The value of a command under the first of its names that has one; a value that expands to
  /// nothing counts as not set.
  Optional<SourceSpan> get(String name, String... alternatives) {
    Optional<SourceSpan> found = macros.use(name).map(expander::expand).filter(v -> !v.isEmpty());
    for (String alternative : alternatives) {
      Optional<SourceSpan> other =
          macros.use(alternative).map(expander::expand).filter(v -> !v.isEmpty());
      found = found.or(() -> other);
    }
    return found;
  }

  /// Whether nothing wrong has been found so far, so that guesses about what is missing make sense.
  boolean clean() {
    return !problems.hasErrors();
  }

  /// A boolean command; a value that is none breaks S20 and counts as the default.
  boolean bool(boolean standard, String name, String... alternatives) {
    return get(name, alternatives).map(v -> truth(v, name, standard)).orElse(standard);
  }

  private boolean truth(SourceSpan value, String name, boolean standard) {
    Optional<Boolean> truth = Values.bool(value.text());
    if (truth.isEmpty()) {
      error("S20", value, name + " must be a boolean, not " + value, name + " = true, or false");
    }
    return truth.orElse(standard);
  }

  /// Reports at the first character of a value.
  void error(String rule, SourceSpan value, String message, String remedy) {
    problems.error(rule, value.start(), message, remedy);
  }

  /// Reports a command that must be there and is not, unless a line of the file could not be read:
  /// then that line may be it.
  void missing(String rule, String message, String remedy) {
    if (!problems.broke("S24")) {
      problems.error(rule, queue, message, remedy);
    }
  }

  void warning(SourceSpan value, String message, String remedy) {
    problems.warning(value.start(), message, remedy);
  }
}
