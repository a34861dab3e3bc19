package io.landfall.transfer.submit;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A job put beside every machine of the pool.
///
/// @param candidates all machines, those that match first, the best ranked first
public record Matching(List<Candidate> candidates) {

  /// Copies the list.
  public Matching {
    candidates = List.copyOf(candidates);
  }

  /// One machine and how the job fits it.
  ///
  /// @param name the machine's `Name`, or else its `Machine`
  /// @param match clause by clause
  public record Candidate(String name, ClassAd machine, Match match) {

    /// Why the job cannot run there, in one line; empty if it can.
    public String explanation() {
      return match.failing().stream().map(Match.Clause::toString).collect(Collectors.joining("; "));
    }
  }

  /// Puts a job's ad beside the machines' ads.
  ///
  /// @param now seconds since 1970
  public static Matching of(ClassAd job, List<ClassAd> machines, long now) {
    List<Candidate> candidates = new ArrayList<>();
    for (ClassAd machine : machines) {
      String name = machine.text("Name").or(() -> machine.text("Machine")).orElse("(no name)");
      candidates.add(new Candidate(name, machine, Match.of(job, machine, now)));
    }
    candidates.sort(
        Comparator.comparing((Candidate c) -> !c.match().matches())
            .thenComparingDouble(c -> -c.match().rank()));
    return new Matching(candidates);
  }

  /// The best machine that matches.
  public Optional<Candidate> best() {
    return candidates.stream().findFirst().filter(c -> c.match().matches());
  }

  /// For a job that matches nowhere: one line per machine with the clauses that fail there.
  public List<String> explanations() {
    if (candidates.isEmpty()) {
      return List.of("no execute host is known");
    }
    return candidates.stream()
        .filter(c -> !c.match().matches())
        .map(c -> c.name() + ": " + c.explanation())
        .toList();
  }
}
