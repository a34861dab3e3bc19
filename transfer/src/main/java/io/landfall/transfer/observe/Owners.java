package io.landfall.transfer.observe;

import java.util.HashSet;
import java.util.Set;

/// Names of users as labels of metrics: each label is a time series that a monitoring system keeps
/// for ever, so their number is bounded. Any thread.
final class Owners {
  /// Owners with a label of their own: the first ones that this agent saw.
  static final int MAX = 50;

  private static final int MAX_LENGTH = 64;
  private static final String OTHER = "other";

  private final Set<String> known = new HashSet<>(); // guarded by this

  /// Who owns a job of that name, `owner/cluster.proc@host`; empty if it is no such name.
  static String of(String job) {
    int slash = job.indexOf('/');
    return slash < 0 ? "" : job.substring(0, slash);
  }

  synchronized String label(String owner) {
    if (owner.length() > MAX_LENGTH || (known.size() >= MAX && !known.contains(owner))) {
      return OTHER;
    }
    known.add(owner);
    return owner;
  }
}
