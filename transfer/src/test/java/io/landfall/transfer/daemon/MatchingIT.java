package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs and execute hosts put together by their ads: real agents, simulated guests.
class MatchingIT {
  private static final long MIB = 1 << 20;
  private static final WorkPlan SHORT = new WorkPlan(2, Duration.ofMillis(1));

  @TempDir Path directory;

  @Test
  void aJobThatMatchesNowhereIsToldWhichClauseFailsOnWhichHost() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("small", Map.of("VM_MEMORY", "16"));
      pool.startExecute("offline", Map.of("VM_NETWORKING", "false"));
      pool.startExecute("picky", Map.of("START", "TARGET.Owner == \"bob\""));
      pool.startSubmit();
      Path file = pool.job(16 * MIB, MIB, SHORT, "vm_networking = true\nqueue");

      String job = pool.submit(file);
      List<JobEvent> events = pool.watch(job, event -> event instanceof JobEvent.Unmatched);

      JobEvent.Unmatched unmatched = (JobEvent.Unmatched) events.getLast();
      assertThat(unmatched.explanations()).hasSize(3);
      assertThat(unmatched.explanations().get(0))
          .contains("small: TARGET.VM_Memory >= MY.JobVMMemory is false")
          .contains("TARGET.VM_Memory = 16");
      assertThat(unmatched.explanations().get(1))
          .contains("offline: TARGET.VM_Networking is false");
      assertThat(unmatched.explanations().get(2)).contains("picky: ").contains("TARGET.Owner");
    }
  }

  @Test
  void theJobsOwnRequirementsAndRankChooseTheHost() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startExecute("two");
      pool.startExecute("three");
      pool.startSubmit();
      Path file =
          pool.job(
              16 * MIB,
              MIB,
              SHORT,
              "requirements = TARGET.Name != \"three\"\nrank = TARGET.Name == \"two\"\nqueue");

      List<JobEvent> events = pool.watch(pool.submit(file), JobEvent::last);

      assertThat(hosts(events)).containsExactly(pool.address("two"));
    }
  }

  @Test
  void aHostThatHoldsTheImageIsChosenBeforeOneThatDoesNot() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startExecute("two");
      pool.startSubmit();
      Path first =
          pool.job(64 * MIB, 32 * MIB, SHORT, "requirements = TARGET.Name == \"two\"\nqueue");
      pool.watch(pool.submit(first), JobEvent::last);

      Path second = pool.job(64 * MIB, 32 * MIB, SHORT, "queue");
      List<JobEvent> events = pool.watch(pool.submit(second), JobEvent::last);

      assertThat(hosts(events)).as("its cache has the image").containsExactly(pool.address("two"));
    }
  }

  @Test
  void slotsAndMacAddressesAreKeptApartAndEveryJobRuns() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one", Map.of("VM_MAX_NUMBER", "2"));
      pool.startExecute("two", Map.of("VM_MEMORY", "70"));
      pool.startSubmit();
      Path file =
          pool.job(
              16 * MIB,
              MIB,
              new WorkPlan(20, Duration.ofMillis(10)),
              "vm_networking = true\nvm_macaddr = 52:54:00:00:00:0$INT(x)\nqueue 1 x in (1, 1, 1, 2, 2)");

      for (String job : pool.submitAll(file)) {
        List<JobEvent> events = pool.watch(job, JobEvent::last);
        assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
        assertThat(hosts(events)).hasSize(1);
      }
    }
  }

  private static List<String> hosts(List<JobEvent> events) {
    return events.stream()
        .filter(JobEvent.Started.class::isInstance)
        .map(event -> ((JobEvent.Started) event).host())
        .toList();
  }
}
