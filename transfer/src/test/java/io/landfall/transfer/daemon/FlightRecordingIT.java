package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.demo.AgentProcess;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a real agent tells a flight recording that is started and dumped from outside.
class FlightRecordingIT {
  private static final long MIB = 1 << 20;

  @TempDir private Path dir;

  @Test
  @Timeout(300)
  void aLandingAndAPauseAreRecorded() throws Exception {
    Path file = dir.resolve("agent.jfr");
    try (Pool pool = new Pool(dir, "simulated")) {
      pool.startExecute("execute");
      pool.startSubmit();
      jcmd(pool.agent("execute"), "JFR.start", "name=landfall");
      String job =
          pool.submit(pool.job(64 * MIB, 8 * MIB, new WorkPlan(100, Duration.ofMillis(20))));
      pool.watch(job, event -> event instanceof JobEvent.Started);
      pool.evict(job);
      pool.watch(job, event -> event instanceof JobEvent.Checkpointed);
      jcmd(pool.agent("execute"), "JFR.dump", "name=landfall", "filename=" + file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);

    assertThat(named(events, "landfall.Landing"))
        .anySatisfy(event -> {
          assertThat(event.getLong("pulledBytes")).isPositive();
          assertThat(event.getDuration("commitTime")).isPositive();
        });
    assertThat(named(events, "landfall.CheckpointPause"))
        .isNotEmpty()
        .allSatisfy(event -> assertThat(event.getString("job")).contains("/"));
  }

  private static void jcmd(AgentProcess agent, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(agent.process().pid())));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }
}
