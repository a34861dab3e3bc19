package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.store.verify.Verifier;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import io.landfall.transfer.testing.UserLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Ten jobs on three execute hosts, while agents are killed, machines are evicted and hosts are
/// lost: every job ends exactly once, with nothing lost and nothing done twice.
///
/// A minute of it, or as long as `-Dlandfall.chaos.seconds` says; `-Dlandfall.chaos.seed` repeats
/// the order of what happens.
@Timeout(1800)
class ChaosIT {
  private static final long MIB = 1 << 20;
  private static final int JOBS = 10;
  private static final List<String> HOSTS = List.of("one", "two", "three");
  private static final int SECONDS = Integer.getInteger("landfall.chaos.seconds", 60);
  private static final long SEED = Long.getLong("landfall.chaos.seed", System.nanoTime());

  @TempDir Path directory;

  private final Random random = new Random(SEED);
  private Pool pool;
  private List<String> jobs;

  @Test
  void everyJobEndsExactlyOnceWithACompleteLog() throws Exception {
    Tools.need("qemu-system-x86_64");
    try (Pool chaotic = new Pool(directory, "qemu")) {
      pool = chaotic;
      for (String host : HOSTS) {
        pool.startExecute(host, Map.of("VM_MAX_NUMBER", "4"));
      }
      pool.startSubmit();
      jobs = pool.submitAll(submitFile());
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      while (System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2500)); // chaos is not regular
        somethingHappens();
      }
      for (int proc = 0; proc < JOBS; proc++) {
        assertEndedOnce(proc);
      }
      assertThat(Verifier.verify(pool.spool().resolve("landfall"), done -> {}).clean()).isTrue();
    }
  }

  private Path submitFile() throws IOException {
    int steps = Math.min(4000, 8 * SECONDS);
    for (int proc = 0; proc < JOBS; proc++) {
      Files.createDirectories(directory.resolve("out" + proc));
    }
    return pool.job(
        32 * MIB,
        4 * MIB,
        new WorkPlan(steps, Duration.ofMillis(40)),
        """
        transfer_input_files    = %s
        initialdir              = out$(Process)
        vm_periodic_checkpoint  = 5
        queue %d\
        """
            .formatted(pool.image(), JOBS));
  }

  private void somethingHappens() throws Exception {
    String host = HOSTS.get(random.nextInt(HOSTS.size()));
    switch (random.nextInt(8)) {
      case 0 -> {
        pool.kill(host);
        pool.startExecute(host, Map.of("VM_MAX_NUMBER", "4"));
      }
      case 1 -> {
        pool.kill("submit");
        pool.startSubmit();
      }
      case 2 -> { // a host that loses its power and comes back
        pool.kill(host);
        pool.killHypervisors(host);
        pool.startExecute(host, Map.of("VM_MAX_NUMBER", "4"));
      }
      case 3 -> pool.killHypervisors(host);
      default -> {
        try {
          pool.evict(jobs.get(random.nextInt(JOBS)));
        } catch (IOException over) {
          assertThat(over.getMessage())
              .as("seed " + SEED)
              .matches("(?s).*(is COMPLETED|its end).*");
        }
      }
    }
  }

  private void assertEndedOnce(int proc) throws Exception {
    List<JobEvent> events = pool.watch(jobs.get(proc), JobEvent::last);
    String story = "seed " + SEED + ", job " + proc + ": " + events;
    assertThat(events.getLast()).as(story).isInstanceOf(JobEvent.Completed.class);
    try (RawFile disk = RawFile.open(directory.resolve("out" + proc).resolve("guest.img"))) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log + "; " + story).isTrue();
    }
    assertThat(UserLogReader.read(directory.resolve("out" + proc).resolve("guest.log")))
        .as(story)
        .filteredOn(event -> event.number() == 5)
        .hasSize(1);
  }
}
