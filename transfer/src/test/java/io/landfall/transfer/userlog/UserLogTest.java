package io.landfall.transfer.userlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.testing.UserLogReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserLogTest {
  private static final Instant TIME = Instant.parse("2026-11-24T09:08:07Z");
  private static final String NO_USAGE = "Usr 0 00:00:00, Sys 0 00:00:00";

  @TempDir Path directory;

  @Test
  void anEvictionIsWrittenAsHtcondorWritesIt() {
    assertThat(text(new UserLogEvent.Evicted(true, 100, 7, "asked by the user")))
        .isEqualTo(
            """
            004 (012.003.000) 11/24 09:08:07 Job was evicted.
            \t(1) Job was checkpointed.
            \t\t%1$s  -  Run Remote Usage
            \t\t%1$s  -  Run Local Usage
            \t100  -  Run Bytes Sent By Job
            \t7  -  Run Bytes Received By Job
            \tasked by the user
            ...
            """
                .formatted(NO_USAGE));
  }

  @Test
  void aTerminationIsWrittenAsHtcondorWritesIt() {
    assertThat(text(new UserLogEvent.Terminated(1, 2, 3, 4)))
        .isEqualTo(
            """
            005 (012.003.000) 11/24 09:08:07 Job terminated.
            \t(1) Normal termination (return value 0)
            \t\t%1$s  -  Run Remote Usage
            \t\t%1$s  -  Run Local Usage
            \t\t%1$s  -  Total Remote Usage
            \t\t%1$s  -  Total Local Usage
            \t1  -  Run Bytes Sent By Job
            \t2  -  Run Bytes Received By Job
            \t3  -  Total Bytes Sent By Job
            \t4  -  Total Bytes Received By Job
            ...
            """
                .formatted(NO_USAGE));
  }

  @Test
  void aHoldHasItsCodes() {
    assertThat(text(new UserLogEvent.Held("VMGAHP_ERR_BAD_IMAGE: x", 6, 12)))
        .isEqualTo(
            """
            012 (012.003.000) 11/24 09:08:07 Job was held.
            \tVMGAHP_ERR_BAD_IMAGE: x
            \tCode 6 Subcode 12
            ...
            """);
  }

  @Test
  void aReasonOfSeveralLinesCannotEndAnEvent() {
    assertThat(text(new UserLogEvent.Held("one\n...\ntwo", 1, 0))).contains("\tone ... two\n");
  }

  @Test
  void everyEventCanBeReadBack() throws Exception {
    Path log = directory.resolve("guest.log");
    List<UserLogEvent> all =
        List.of(
            new UserLogEvent.Submit("<submit>"),
            new UserLogEvent.Execute("<exec:1>"),
            new UserLogEvent.ImageSize(1024, 1),
            new UserLogEvent.Checkpointed(5),
            new UserLogEvent.Evicted(false, 0, 0, "why"),
            new UserLogEvent.ShadowException("boom", 0, 0),
            new UserLogEvent.Generic("x".repeat(300)),
            new UserLogEvent.Suspended(1),
            new UserLogEvent.Unsuspended(),
            new UserLogEvent.Held("why", 1, 0),
            new UserLogEvent.Released(Optional.of("why")),
            new UserLogEvent.Terminated(0, 0, 0, 0),
            new UserLogEvent.Aborted("why"));

    UserLog.append(log, 1, 0, TIME, all);

    assertThat(UserLogReader.read(log))
        .extracting(UserLogReader.Event::number)
        .containsExactly(0, 1, 6, 3, 4, 7, 8, 10, 11, 12, 13, 5, 9);
  }

  @Test
  void manyWritersDoNotMixTheirEvents() throws Exception {
    Path log = directory.resolve("shared.log");
    try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        int cluster = i;
        var _ =
            writers.submit(() -> {
              UserLog.append(
                  log, cluster, 0, TIME, List.of(new UserLogEvent.Evicted(true, 1, 2, "x")));
              return null;
            });
      }
    }
    assertThat(UserLogReader.read(log)).hasSize(50);
    assertThat(Files.size(log)).isPositive();
  }

  private static String text(UserLogEvent event) {
    return UserLogText.of(12, 3, TIME, ZoneOffset.UTC, event);
  }
}
