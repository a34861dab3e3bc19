package io.landfall.transfer.daemon;

import java.util.List;

/// No execute host takes a job now.
final class NoHostException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> explanations;

  NoHostException(List<String> explanations) {
    super("no execute host takes the job now");
    this.explanations = List.copyOf(explanations);
  }

  /// One for each host, with the clauses that do not hold there.
  List<String> explanations() {
    return explanations;
  }
}
