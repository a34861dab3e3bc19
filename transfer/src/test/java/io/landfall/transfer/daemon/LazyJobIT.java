package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.report.ImageDiff;
import io.landfall.transfer.control.Arrival;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Jobs whose machines run while their images land: real agents, QEMU, and a slow link.
@Timeout(180)
class LazyJobIT {
  private static final long MIB = 1 << 20;

  /// In KiB a second.
  private static final Map<String, String> SLOW = Map.of("LANDFALL_MAX_SEND_RATE", "4096");

  private static final String LAZILY = "landing = lazy\nqueue";

  @TempDir Path directory;

  @BeforeEach
  void qemuIsThere() {
    Tools.need("qemu-system-x86_64");
  }

  @Test
  void aJobRunsWhileItsImageLandsAndTheNextGuestFindsItsFirstReadsThere() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startExecute("two");
      pool.startSubmit(Map.of("LANDFALL_MAX_SEND_RATE", "16384"));
      Path file = pool.job(32 * MIB, 16 * MIB, plan(100), LAZILY);
      JobEvent.Arrived on = runToTheEnd(pool, file);
      Arrival first = on.arrival();
      pool.kill(on.host().equals(pool.address("one")) ? "one" : "two");
      Files.delete(pool.returned());

      Arrival second = runToTheEnd(pool, file).arrival();

      assertThat(first.ahead()).as("nobody knew what it would read").isZero();
      assertThat(second.imageId()).isEqualTo(first.imageId());
      assertThat(second.ahead()).as("brought by the profile").isPositive();
      assertThat(second.ahead()).as("its first reads only").isLessThan(second.filled());
    }
  }

  /// The job ends after its image has landed, so that its machine was moved to the file.
  private static JobEvent.Arrived runToTheEnd(Pool pool, Path file) throws Exception {
    String job = pool.submit(file);
    List<JobEvent> events = pool.watch(job, JobEvent::last);
    assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
    assertComplete(pool);
    assertThat(events).as("landed behind the guest").anyMatch(JobEvent.Arrived.class::isInstance);
    assertThat(events.stream().map(Object::getClass).toList())
        .containsSubsequence(JobEvent.Started.class, JobEvent.Arrived.class, JobEvent.Ended.class);
    return events.stream()
        .filter(JobEvent.Arrived.class::isInstance)
        .map(event -> (JobEvent.Arrived) event)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void evictedWhileItsImageLandsItGoesOnElsewhere() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startExecute("two");
      pool.startSubmit(SLOW);
      String job = pool.submit(pool.job(64 * MIB, 32 * MIB, plan(100), LAZILY));
      pool.watch(job, JobEvent.Started.class::isInstance);

      pool.evict(job);
      List<JobEvent> evicted = pool.watch(job, JobEvent.Evicted.class::isInstance);
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      try (Peer peer = pool.connect()) {
        assertThat(Calls.call(peer, new Request.Transfers(10)).transfers())
            .as("what travelled counts")
            .anySatisfy(line -> {
              assertThat(line.kind()).isEqualTo(TransferLine.Kind.SENDING);
              assertThat(line.state()).isEqualTo(TransferLine.State.LEFT);
              assertThat(line.figures().orElseThrow().pulled()).isBetween(1L, 32 * MIB - 1);
            });
      }
      assertThat(evicted).as("was still landing").noneMatch(JobEvent.Arrived.class::isInstance);
      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(events)
          .filteredOn(JobEvent.Started.class::isInstance)
          .extracting(event -> ((JobEvent.Started) event).checkpoint().isPresent())
          .containsExactly(false, true);
      assertComplete(pool);
    }
  }

  @Test
  void agentsKilledWhileAnImageLandsCostTheGuestNothing() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startSubmit(SLOW);
      String job = pool.submit(pool.job(64 * MIB, 48 * MIB, plan(100), LAZILY));
      pool.watch(job, JobEvent.Started.class::isInstance);
      awaitPart(pool.home("one"));

      pool.kill("one");
      pool.kill("submit");
      pool.startExecute("one"); // the guest's reads wait for its submit host
      pool.startSubmit();
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(events)
          .as("the guest was never started again")
          .filteredOn(JobEvent.Started.class::isInstance)
          .hasSize(1);
      assertComplete(pool);
    }
  }

  /// It is not waited for: what it returns is its source's image under what it wrote.
  @Test
  void aJobThatEndsBeforeItsImageHasLandedReturnsAllOfIt() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startSubmit(Map.of("LANDFALL_MAX_SEND_RATE", "1024"));
      Path file = pool.job(64 * MIB, 48 * MIB, plan(5), LAZILY);

      String job = pool.submit(file);
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(events).as("still landing").noneMatch(JobEvent.Arrived.class::isInstance);
      assertComplete(pool);
      try (RawFile before = RawFile.open(pool.image());
          RawFile after = RawFile.open(pool.returned())) {
        ImageDiff diff = ImageDiff.between(before, after, done -> {});
        assertThat(diff.sameSize()).isTrue();
        assertThat(diff.changedBytes()).as("what the guest wrote").isBetween(1L, MIB);
      }
    }
  }

  @Test
  void anotherHypervisorLandsInFullAndSaysSo() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startSubmit();

      String job = pool.submit(pool.job(16 * MIB, 8 * MIB, plan(5), LAZILY));
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertComplete(pool);
      assertThat(pool.home("one").resolve("log"))
          .content()
          .contains("vda lands in full, since simulated runs no machine before its disks have");
    }
  }

  private static void awaitPart(Path home) throws Exception {
    Path images = home.resolve("execute").resolve("cache").resolve("images");
    boolean begun = false;
    while (!begun) {
      TimeUnit.MILLISECONDS.sleep(5);
      try (var files = Files.list(images)) {
        begun = files.anyMatch(file -> file.toString().endsWith(".part"));
      }
    }
  }

  private static WorkPlan plan(int steps) {
    return new WorkPlan(steps, Duration.ofMillis(40));
  }

  private static void assertComplete(Pool pool) throws Exception {
    try (RawFile disk = RawFile.open(pool.returned())) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }
}
