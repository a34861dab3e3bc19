package io.landfall.perf.bench;

import io.landfall.perf.contest.Contest;
import java.util.ArrayList;
import java.util.List;

/// What landing is to show.
final class TransferGoals {
  private static final String NBDCOPY = "nbdcopy";
  private static final String SSH = "rsync over ssh";
  private static final String SCP = "scp";
  private static final String[] PEERS = {
    NBDCOPY, "rsync", "rsync --sparse", "rsync --compress", SCP, SSH, "globus-url-copy"
  };

  private TransferGoals() {}

  static List<Goal> loopback() {
    String ours = Landfall.USUAL;
    List<Goal> goals = new ArrayList<>();
    goals.add(
        Goal.atMost(
            "cold: no slower than nbdcopy",
            Value.time(TransferBench.COLD, ours),
            1,
            Value.time(TransferBench.COLD, NBDCOPY)));
    goals.add(
        Goal.atMost(
            "cold: within 1.3 times the limit, to disk",
            Value.time(TransferBench.COLD, ours),
            1.3,
            Value.time(TransferBench.COLD, Limit.NAME)));
    goals.add(
        Goal.atMost(
            "again: a tenth of the best peer",
            Value.time(TransferBench.AGAIN, ours),
            0.1,
            Value.bestTime(TransferBench.AGAIN, PEERS)));
    for (String job : List.of(TransferBench.CHANGED, TransferBench.RETURNED)) {
      goals.add(
          Goal.atMost(
              job + ": five times as fast as rsync",
              Value.time(job, ours),
              0.2,
              Value.time(job, TransferBench.RSYNC)));
    }
    goals.add(
        Goal.atMost(
            "directory: no slower than rsync",
            Value.time(TransferBench.DIRECTORY, ours),
            1,
            Value.time(TransferBench.DIRECTORY, TransferBench.RSYNC)));
    goals.addAll(encrypted());
    return goals;
  }

  private static List<Goal> encrypted() {
    List<Goal> goals = new ArrayList<>();
    for (String job : List.of(TransferBench.COLD, TransferBench.CHANGED, TransferBench.DIRECTORY)) {
      goals.add(
          Goal.atMost(
              job + " over TLS: faster than scp and rsync over ssh",
              Value.time(job, Landfall.ENCRYPTED),
              1,
              Value.bestTime(job, SCP, SSH)));
    }
    return goals;
  }

  static List<Goal> linked() {
    List<Goal> goals = new ArrayList<>();
    goals.add(
        Goal.atLeast(
            "cold: 95 % of the line for what is sent, not compressed",
            new Value.Told(
                TransferBench.COLD, Landfall.UNCOMPRESSED, Contest.LINE_PERCENT, "% of the line"),
            95,
            "% of the line"));
    goals.add(
        Goal.atLeast(
            "cold: 95 % of the line for what is sent, as it comes",
            new Value.Told(
                TransferBench.COLD, Landfall.USUAL, Contest.LINE_PERCENT, "% of the line"),
            95,
            "% of the line"));
    for (String job :
        List.of(
            TransferBench.COLD,
            TransferBench.CHANGED,
            TransferBench.RETURNED,
            TransferBench.DIRECTORY)) {
      goals.add(
          Goal.atMost(
              job + ": sooner than every peer",
              Value.time(job, Landfall.USUAL),
              1,
              Value.bestTime(job, PEERS)));
    }
    goals.addAll(encrypted());
    return goals;
  }
}
