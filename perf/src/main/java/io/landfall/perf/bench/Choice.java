package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Which part of a bench its user wants to see: the same contest, with fewer jobs and contenders.
///
/// @param rows jobs by name; empty for all
/// @param contenders by name; empty for all
public record Choice(List<String> rows, List<String> contenders) {
  /// Everything.
  public static final Choice ALL = new Choice(List.of(), List.of());

  public Choice {
    rows = List.copyOf(rows);
    contenders = List.copyOf(contenders);
  }

  /// The jobs that were chosen, and before them those whose result another starts from.
  ///
  /// @param startsFromFirst whether a job needs what the first job leaves
  List<Job> jobs(List<Job> all, Predicate<String> startsFromFirst) throws IOException {
    requireKnown(rows, all.stream().map(Job::name).toList(), "row");
    if (rows.isEmpty()) {
      return all;
    }
    List<Job> some = new ArrayList<>(all);
    some.removeIf(job -> !rows.contains(job.name()));
    if (!some.contains(all.getFirst())
        && some.stream().anyMatch(job -> startsFromFirst.test(job.name()))) {
      some.addFirst(all.getFirst());
    }
    return some;
  }

  /// The contenders that were chosen.
  List<Contender> contenders(List<Contender> present) throws IOException {
    requireKnown(contenders, present.stream().map(Contender::name).toList(), "contender");
    return present.stream().filter(one -> takes(one.name())).toList();
  }

  private boolean takes(String contender) {
    return contenders.isEmpty() || contenders.contains(contender);
  }

  private static void requireKnown(List<String> asked, List<String> known, String what)
      throws IOException {
    for (String name : asked) {
      if (!known.contains(name)) {
        throw new IOException("no " + what + " '" + name + "'; there are: " + known);
      }
    }
  }
}
