package io.landfall.transfer.config;

import java.util.List;
import java.util.stream.Collectors;

/// A configuration cannot be used; the message lists every problem, one per line.
public final class InvalidConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /// At least one problem.
  public InvalidConfigurationException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /// What is wrong, and where.
  public List<Problem> problems() {
    return problems;
  }
}
