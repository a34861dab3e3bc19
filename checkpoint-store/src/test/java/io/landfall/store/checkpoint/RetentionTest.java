package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  /// A checkpoint of a job for each of these ages in hours.
  private static List<CheckpointRecord> job(int cluster, int... hours) {
    List<CheckpointRecord> records = new ArrayList<>();
    for (int i = 0; i < hours.length; i++) {
      Instant created = NOW.minus(Duration.ofHours(hours[i]));
      records.add(
          new CheckpointRecord(
              CheckpointId.create(created),
              new JobKey("h", "o", cluster, 0),
              Optional.empty(),
              i,
              created,
              "x",
              "{}",
              List.of(),
              List.of(),
              Map.of()));
    }
    return records;
  }

  private static List<Integer> expired(Retention retention, List<CheckpointRecord> records) {
    return retention.expired(records, NOW).stream().map(CheckpointRecord::sequence).toList();
  }

  @Test
  void theNewestIsAlwaysKept() {
    assertThat(expired(new Retention(Retention.Per.JOB, 0, 0, Duration.ZERO), job(1, 50, 40, 30)))
        .containsExactly(0, 1);
  }

  @Test
  void theNewestOfEachDayIsKept() {
    assertThat(
            expired(
                new Retention(Retention.Per.JOB, 1, 2, Duration.ZERO),
                job(1, 60, 40, 30, 20, 3, 2, 1)))
        .containsExactly(0, 1, 2, 4, 5);
  }

  @Test
  void whatIsYoungIsKept() {
    assertThat(
            expired(
                new Retention(Retention.Per.JOB, 1, 0, Duration.ofHours(25)), job(1, 60, 24, 2)))
        .containsExactly(0);
  }

  @Test
  void anOwnersJobsAreCountedTogetherButEachKeepsItsNewest() {
    List<CheckpointRecord> records = new ArrayList<>(job(1, 60, 50, 40));
    records.addAll(job(2, 30, 20, 10));
    Retention retention = new Retention(Retention.Per.OWNER, 2, 0, Duration.ZERO);
    assertThat(retention.expired(records, NOW))
        .containsExactly(records.get(0), records.get(1), records.get(3));
  }

  @Test
  void jobsAreCountedApart() {
    List<CheckpointRecord> both = new ArrayList<>(job(1, 9, 8));
    both.addAll(job(2, 7, 6));
    assertThat(expired(new Retention(Retention.Per.JOB, 2, 0, Duration.ZERO), both)).isEmpty();
    assertThat(expired(new Retention(Retention.Per.JOB, 1, 0, Duration.ZERO), both))
        .containsExactly(0, 0);
  }
}
