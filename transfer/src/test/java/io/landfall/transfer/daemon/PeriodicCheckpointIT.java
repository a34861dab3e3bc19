package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import io.landfall.transfer.testing.UserLogReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Checkpoints of guests that run on: real agents, QEMU.
@Timeout(240)
class PeriodicCheckpointIT {
  private static final long MIB = 1 << 20;
  private static final WorkPlan PLAN = new WorkPlan(500, Duration.ofMillis(20));
  private static final String EVERY_SECOND = "vm_periodic_checkpoint = 1\nqueue";

  @TempDir Path directory;

  @BeforeEach
  void qemuIsThere() {
    Tools.need("qemu-system-x86_64");
  }

  @Test
  void aJobWhoseHypervisorDiesGoesOnFromItsLastPeriodicCheckpoint() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startSubmit();
      String job = pool.submit(pool.job(64 * MIB, 8 * MIB, PLAN, EVERY_SECOND));
      awaitCheckpoints(pool, job, 2);

      pool.killHypervisors("one");
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(events)
          .filteredOn(JobEvent.Started.class::isInstance)
          .extracting(event -> ((JobEvent.Started) event).checkpoint().isPresent())
          .startsWith(false, true);
      assertComplete(pool);
      assertThat(UserLogReader.read(directory.resolve("guest.log")))
          .extracting(UserLogReader.Event::number)
          .contains(3, 7, 5);
    }
  }

  @Test
  void agentsKilledInTheMiddleOfItLoseNothing() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startSubmit();
      String job = pool.submit(pool.job(64 * MIB, 8 * MIB, PLAN, EVERY_SECOND));
      awaitCheckpoints(pool, job, 1);

      pool.kill("submit"); // what is frozen for it stays frozen
      pool.startSubmit();
      awaitCheckpoints(pool, job, 3);
      pool.kill("one");
      pool.startExecute("one");
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(events)
          .as("the guest was never started again")
          .filteredOn(JobEvent.Started.class::isInstance)
          .hasSize(1);
      assertComplete(pool);
    }
  }

  private static void awaitCheckpoints(Pool pool, String job, int count) throws Exception {
    int[] seen = {0};
    pool.watch(
        job,
        event ->
            event instanceof JobEvent.Checkpointed checkpointed
                && checkpointed.goesOn()
                && ++seen[0] >= count);
  }

  private static void assertComplete(Pool pool) throws Exception {
    try (RawFile disk = RawFile.open(pool.returned())) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }
}
