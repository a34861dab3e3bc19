package io.landfall.transfer.submit;

import io.landfall.transfer.config.Problem;
import java.util.List;

/// What a submit file asks for, or what is wrong with it.
///
/// @param jobs in the order of the queue statements; none if there is an error
/// @param problems errors and warnings in the order of the text
public record Submission(List<VmJob> jobs, List<Problem> problems) {

  /// Copies the lists.
  public Submission {
    jobs = List.copyOf(jobs);
    problems = List.copyOf(problems);
  }

  /// Whether the file can be submitted.
  public boolean valid() {
    return problems.stream().noneMatch(Problem::isError);
  }
}
