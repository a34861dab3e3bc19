package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory is bounded by design, not by the size of the image.
class AgentMemoryIT {
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  @TempDir Path directory;

  @Test
  void agentsStayUnderHalfAGibibyteWhileTwentyGibibytesLand() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("execute");
      pool.startSubmit();
      Path file = pool.job(20 * GIB, GIB / 2, new WorkPlan(2, Duration.ofMillis(10)));

      List<JobEvent> events = pool.watch(pool.submit(file), JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      for (String agent : List.of("submit", "execute")) {
        long peak = pool.agent(agent).peakResidentBytes();
        System.out.printf("%s agent: at most %d MiB resident%n", agent, peak / MIB);
        assertThat(peak).as(agent).isLessThan(512 * MIB);
      }
    }
  }
}
