package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real agents: what one execute host has, the next one lands from there.
class SwarmIT {
  private static final long MIB = 1 << 20;
  private static final WorkPlan SHORT = new WorkPlan(2, Duration.ofMillis(1));

  @TempDir Path directory;

  @Test
  void imageThatOneHostHasComesFromThereToTheNext() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startExecute("two", Map.of("VM_MAX_NUMBER", "1"));
      pool.startSubmit();
      land(pool, "one");

      land(pool, "two");

      assertThat(Files.readString(pool.home("two").resolve("log")))
          .containsPattern("image [0-9a-f]+: 0 pieces from the submit host, [1-9]\\d* from other");
    }
  }

  private void land(Pool pool, String host) throws Exception {
    Path file =
        pool.job(
            32 * MIB, 16 * MIB, SHORT, "requirements = TARGET.Name == \"" + host + "\"\nqueue");
    List<JobEvent> events = pool.watch(pool.submit(file), JobEvent::last);
    assertThat(events).anyMatch(event -> event instanceof JobEvent.Completed);
  }
}
