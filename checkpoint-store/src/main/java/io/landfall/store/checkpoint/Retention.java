package io.landfall.store.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Which checkpoints of each job, or of each owner, to keep: those that any of the rules keeps. A
/// job's newest is kept always, since the job cannot be resumed without it.
///
/// @param per of what the rules count
/// @param keepLast the newest so many
/// @param keepDaily the newest of each of the newest so many days (UTC) that have one
/// @param keepWithin everything younger
public record Retention(Per per, int keepLast, int keepDaily, Duration keepWithin) {

  /// Whose checkpoints are counted together.
  public enum Per {
    /// Those of one job.
    JOB,
    /// Those of all jobs of one owner at one submit host.
    OWNER
  }

  /// Checks that nothing is negative.
  public Retention {
    if (keepLast < 0 || keepDaily < 0 || keepWithin.isNegative()) {
      throw new IllegalArgumentException(
          "retention: " + keepLast + ", " + keepDaily + ", " + keepWithin + ", expected 0 or more");
    }
  }

  /// Those of `records` that no rule keeps, oldest first.
  public List<CheckpointRecord> expired(List<CheckpointRecord> records, Instant now) {
    Set<CheckpointId> kept = new HashSet<>();
    grouped(records, Per.JOB).forEach(job -> kept.add(job.getLast().id()));
    grouped(records, per).forEach(group -> keep(group.reversed(), now, kept));
    return records.stream().filter(record -> !kept.contains(record.id())).toList();
  }

  private static Collection<List<CheckpointRecord>> grouped(
      List<CheckpointRecord> records, Per per) {
    Map<String, List<CheckpointRecord>> groups = new TreeMap<>();
    for (CheckpointRecord record : records) {
      JobKey job = record.job();
      String key = per == Per.JOB ? job.toString() : job.owner() + "@" + job.submitHost();
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(record);
    }
    return groups.values();
  }

  private void keep(List<CheckpointRecord> newestFirst, Instant now, Set<CheckpointId> kept) {
    newestFirst.stream().limit(keepLast).forEach(record -> kept.add(record.id()));
    Set<LocalDate> days = new HashSet<>();
    for (CheckpointRecord record : newestFirst) {
      LocalDate day = LocalDate.ofInstant(record.created(), ZoneOffset.UTC);
      boolean firstOfDay = days.size() < keepDaily && days.add(day);
      if (firstOfDay || record.created().isAfter(now.minus(keepWithin))) {
        kept.add(record.id());
      }
    }
  }
}
