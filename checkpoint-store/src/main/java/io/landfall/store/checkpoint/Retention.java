package io.landfall.store.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Which checkpoints of each job to keep: those that any of the rules keeps. A job's newest is kept
/// always, since the job cannot be resumed without it.
///
/// @param keepLast the newest so many
/// @param keepDaily the newest of each of the newest so many days (UTC) that have one
/// @param keepWithin everything younger
public record Retention(int keepLast, int keepDaily, Duration keepWithin) {

  /// Checks that nothing is negative.
  public Retention {
    if (keepLast < 0 || keepDaily < 0 || keepWithin.isNegative()) {
      throw new IllegalArgumentException(
          "retention: " + keepLast + ", " + keepDaily + ", " + keepWithin + ", expected 0 or more");
    }
  }

  /// Those of `records` that no rule keeps, oldest first.
  public List<CheckpointRecord> expired(List<CheckpointRecord> records, Instant now) {
    Map<String, List<CheckpointRecord>> jobs = new TreeMap<>();
    for (CheckpointRecord record : records) {
      jobs.computeIfAbsent(record.job().toString(), _ -> new ArrayList<>()).add(record);
    }
    Set<CheckpointId> kept = new HashSet<>();
    jobs.values().forEach(job -> keep(job.reversed(), now, kept));
    return records.stream().filter(record -> !kept.contains(record.id())).toList();
  }

  private void keep(List<CheckpointRecord> newestFirst, Instant now, Set<CheckpointId> kept) {
    newestFirst.stream().limit(Math.max(1, keepLast)).forEach(record -> kept.add(record.id()));
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
