package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.verify.Verifier;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 of agents in the middle of what they do. Real processes, real sockets, real machines.
class AgentCrashIT {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  @Test
  @Timeout(180)
  void anExecuteAgentKilledWhileLandingPullsOnlyWhatWasNotDurable() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("execute");
      pool.startSubmit();
      Path file = pool.job(2048 * MIB, 768 * MIB, new WorkPlan(3, Duration.ofMillis(10)));

      String job = pool.submit(file);
      awaitDurableRanges(pool.home("execute").resolve("execute").resolve("cache"));
      pool.kill("execute");
      pool.startExecute("execute");
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      Figures figures = of(events, JobEvent.Landed.class).getFirst().parts().getFirst().figures();
      assertThat(figures.resumed()).as("durable before the kill").isPositive();
      assertThat(figures.resumed() + figures.pulled())
          .as("nothing that was durable travels again")
          .isLessThan(800 * MIB);
      assertThat(workLog(pool.returned()).complete()).isTrue();
    }
  }

  @Test
  void aSubmitAgentKilledWhileCommittingKeepsTheFormerCheckpointAndTheJobGoesOn() throws Exception {
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startExecute("two");
      pool.startSubmit();
      Path file = pool.job(256 * MIB, 64 * MIB, new WorkPlan(400, Duration.ofMillis(20)));
      String job = pool.submit(file);
      evictWhileRunning(pool, job, 0);
      pool.watch(job, event -> event instanceof JobEvent.Checkpointed);

      for (int round = 1; round <= 3; round++) {
        evictWhileRunning(pool, job, round);
        TimeUnit.MILLISECONDS.sleep(
            40L * round); // somewhere in the pull, the barrier or the rename
        pool.kill("submit");
        assertStoreIsClean(pool, round);
        pool.startSubmit();
        awaitCheckpoints(pool, job, round + 1);
      }
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      WorkLog log = workLog(pool.returned());
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }

  @Test
  void aMachineOutlivesTheExecuteAgentThatStartedIt() throws Exception {
    Tools.need("qemu-system-x86_64");
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("execute");
      pool.startSubmit();
      Path file = pool.job(128 * MIB, 32 * MIB, new WorkPlan(200, Duration.ofMillis(20)));
      String job = pool.submit(file);

      pool.watch(job, event -> event instanceof JobEvent.Started);
      pool.kill("execute");
      pool.startExecute("execute");
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(of(events, JobEvent.Started.class)).as("started once").hasSize(1);
      assertThat(workLog(pool.returned()).complete()).isTrue();
    }
  }

  /// Waits until the journal of a landing has grown beyond its header: something has become
  /// durable.
  private static void awaitDurableRanges(Path cache) throws Exception {
    long header = 0;
    while (true) {
      long size = journalBytes(cache);
      if (header > 0 && size > header) {
        return;
      }
      header = header == 0 ? size : header;
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static long journalBytes(Path cache) throws IOException {
    if (!Files.isDirectory(cache)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(cache)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".journal"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  /// Waits for the start number `starts + 1` of the job, then evicts it.
  private static void evictWhileRunning(Pool pool, String job, int starts) throws Exception {
    int[] seen = {0};
    pool.watch(job, event -> event instanceof JobEvent.Started && ++seen[0] > starts);
    pool.evict(job);
  }

  private static void awaitCheckpoints(Pool pool, String job, int count) throws Exception {
    int[] seen = {0};
    pool.watch(job, event -> event instanceof JobEvent.Checkpointed && ++seen[0] >= count);
  }

  private static void assertStoreIsClean(Pool pool, int atLeast) throws IOException {
    Path store = pool.spool().resolve("landfall");
    assertThat(Verifier.verify(store, done -> {}).clean()).isTrue();
    try (CheckpointStore opened = CheckpointStore.inspect(store)) {
      assertThat(opened.list())
          .as("the base, and every acknowledged checkpoint")
          .hasSizeGreaterThan(atLeast);
    }
  }

  private static WorkLog workLog(Path disk) throws IOException {
    try (RawFile content = RawFile.open(disk)) {
      return WorkLog.read(content);
    }
  }

  private static <E extends JobEvent> List<E> of(List<JobEvent> events, Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
