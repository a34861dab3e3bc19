package io.landfall.transfer.doctor;

import io.landfall.transfer.doctor.Finding.Level;
import java.util.List;

/// Everything that was found out about a host.
///
/// @param groups in the order in which they are shown
/// @param millis how long it took
public record Diagnosis(List<Group> groups, long millis) {

  /// Findings on one subject.
  ///
  /// @param name a heading
  public record Group(String name, List<Finding> findings) {}

  /// The worst level of all findings.
  public Level worst() {
    return groups.stream()
        .flatMap(group -> group.findings().stream())
        .map(Finding::level)
        .reduce(Level.GOOD, (a, b) -> a.compareTo(b) > 0 ? a : b);
  }

  /// How many findings are of `level`.
  public long count(Level level) {
    return groups.stream()
        .flatMap(group -> group.findings().stream())
        .filter(finding -> finding.level() == level)
        .count();
  }
}
