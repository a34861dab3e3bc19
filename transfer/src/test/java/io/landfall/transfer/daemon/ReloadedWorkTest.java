package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.QuotaExceededException;
import io.landfall.store.io.StoreFullException;
import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What agents do with settings that changed while they run: jobs, transfers, checkpoints.
@Timeout(60)
class ReloadedWorkTest extends ReloadedAgents {
  @ParameterizedTest
  @ValueSource(strings = {"MAX_CONCURRENT_UPLOADS", "MAX_CONCURRENT_DOWNLOADS"})
  void soManyTransfersHaveTheirTurn(String name) throws Exception {
    submit.reload(name + " = 1");
    SubmitAgent role = submit.agent.submit();
    TransferQueue queue = name.endsWith("UPLOADS") ? role.uploads() : role.downloads();
    try (TransferQueue.Slot _ = queue.enter("ann")) {
      Thread second =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  queue.enter("bob").close();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      until(() -> queue.waiting() == 1);
      submit.reload(name + " = 2");
      second.join();
    }
  }

  @Test
  void transfersWaitForTheDiskByTheLimitsThatAreSetNow() throws Exception {
    SubmitAgent role = submit.agent.submit();
    submit.reload(QueuePolicy.DISK_LOAD + " = 5 to 6.5", QueuePolicy.INCREMENTS + " = 30");
    assertThat(role.disk().limits())
        .isEqualTo(new DiskThrottle.Limits(5, 6.5, java.time.Duration.ofSeconds(30)));
    submit.reload();
    assertThat(role.disk().limits()).isEqualTo(DiskThrottle.Limits.STANDARD);
  }

  @Test
  void jobsWaitForTheirTurnAsWhomTheExpressionSaysNow() throws Exception {
    submit.reload(QueuePolicy.USER + " = strcat(\"Group_\", JobUniverse)");
    QueuePolicy policy = submit.agent.submit().settings().transfers().policy();
    ClassAd ad = ClassAd.parse("JobUniverse = 13");
    assertThat(policy.userOf(ad, "ann", 0)).isEqualTo("Group_13");
    submit.reload();
    policy = submit.agent.submit().settings().transfers().policy();
    assertThat(policy.userOf(ad, "ann", 0)).isEqualTo("ann");
  }

  @Test
  void imagesBeyondTheSizeOfTheCacheGo() throws Exception {
    run(job(4 * MIB), JobEvent.Completed.class::isInstance);
    assertThat(execute.agent.execute().cache().images()).isNotEmpty();
    while (!execute.agent.execute().claims().isEmpty()) {
      Thread.sleep(5); // a job is over before its host has let go of its image
    }

    execute.reload("LANDFALL_IMAGE_CACHE_SIZE = 5");
    run(job(4 * MIB), JobEvent.Completed.class::isInstance);

    assertThat(execute.agent.execute().cache().images()).hasSize(1);
  }

  /// The least time that so many bytes take at that rate is what a rate means.
  @ParameterizedTest
  @ValueSource(strings = {"LANDFALL_MAX_SEND_RATE", "LANDFALL_MAX_SEND_RATE_PER_OWNER"})
  void nothingIsSentFasterThanTheRateThatIsSetNow(String rate) throws Exception {
    submit.reload(rate + " = 1024");
    List<JobEvent> events = run(job(3 * MIB), JobEvent.Completed.class::isInstance);
    submit.reload();
    assertThat(
            events.stream()
                .filter(JobEvent.Landed.class::isInstance)
                .map(event -> ((JobEvent.Landed) event).parts().getFirst().figures().millis()))
        .allSatisfy(millis -> assertThat(millis).isGreaterThan(1500));
  }

  @Test
  void jobsThatDoNotSayLandAsTheHostSaysNow() throws Exception {
    Logger root = Logger.getLogger("");
    root.addHandler(execute.log);
    try {
      String job = run(job(MIB), JobEvent.Completed.class::isInstance).toString();
      assertThat(execute.log.text()).as(job).doesNotContain("lands in full");
      execute.reload("LANDING = LAZY");
      run(job(MIB), JobEvent.Completed.class::isInstance);
      assertThat(execute.log.text())
          .as("what a host without QEMU says of it")
          .contains("lands in full, since simulated runs no machine before its disks have landed");
    } finally {
      root.removeHandler(execute.log);
      execute.reload();
    }
  }

  @Test
  void landingsAndCheckpointsLeaveTheReserveFree() throws Exception {
    String more = "RESERVED_DISK = 1000000000";
    execute.reload(more);
    List<JobEvent> refused = run(job(MIB), JobEvent.Rescheduled.class::isInstance);
    assertThat(((JobEvent.Rescheduled) refused.getLast()).reason()).contains("which has 0 to give");
    execute.reload();

    submit.reload(more);
    CheckpointStore store = submit.agent.submit().store();
    assertThatThrownBy(() -> commit(store, 1)).isInstanceOf(StoreFullException.class);
    submit.reload();
    store.delete(commit(store, 1).id());
  }

  /// Stores a MiB of two bits a byte, which only zstd makes much smaller, for a job of alice's.
  private static CheckpointRecord commit(CheckpointStore store, long seed) throws IOException {
    byte[] bytes = new byte[1 << 20];
    new Random(seed).nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= 3;
    }
    JobKey job = new JobKey("submit.example", "alice", 12, 0);
    try (CheckpointWriter writer =
        store.begin(new CheckpointDraft(job, Optional.empty(), "exec.example", "{}"))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          MemoryDevice.of(bytes),
          Baseline.none(),
          Optional.empty(),
          n -> {});
      return writer.commit();
    }
  }

  @Test
  void anOwnerStoresWithinTheQuotaOfNow() throws Exception {
    CheckpointStore store = submit.agent.submit().store();
    submit.reload("LANDFALL_CHECKPOINT_QUOTA = alice=0");
    assertThatThrownBy(() -> commit(store, 2)).isInstanceOf(QuotaExceededException.class);
    submit.reload();
    store.delete(commit(store, 2).id());
  }

  @Test
  void whatIsStoredFromNowOnIsCompressedAsItIsSaidNow() throws Exception {
    CheckpointStore store = submit.agent.submit().store();
    CheckpointRecord before = commit(store, 3);
    submit.reload("LANDFALL_CHECKPOINT_COMPRESSION = ZSTD");
    CheckpointRecord after = commit(store, 4);
    submit.reload();
    assertThat(after.summary().storedBytes()).isLessThan(before.summary().storedBytes());
    store.delete(before.id());
    store.delete(after.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"APPEND_REQ_VM", "APPEND_REQUIREMENTS"})
  void jobsRequireBesidesWhatTheSubmitHostSaysNow(String name) throws Exception {
    submit.reload(name + " = TARGET.HasNoSuchThing =?= true");
    List<JobEvent> events = run(job(MIB), JobEvent.Unmatched.class::isInstance);
    assertThat(((JobEvent.Unmatched) events.getLast()).explanations().toString())
        .contains("HasNoSuchThing");
  }

  @Test
  void runningJobsAreCheckpointedAsOftenAsIsSaidNow() throws Exception {
    submit.reload("LANDFALL_CHECKPOINT_INTERVAL = 1 s");
    List<JobEvent> events =
        run(
            job(MIB, new WorkPlan(60_000, Duration.ofMillis(10))),
            JobEvent.CheckpointFailed.class::isInstance);
    assertThat(((JobEvent.CheckpointFailed) events.getLast()).reason())
        .as("it was tried; machines of this hypervisor cannot")
        .contains("checkpoints no machine that runs on");
  }

  @Test
  @SuppressWarnings("try") // a host that falls silent
  void aSilentHostKeepsItsJobForAsLongAsIsSaidNow() throws Exception {
    try (ReloadableAgent gone = execute("gone");
        ReloadableAgent waits = submit("waits", gone)) {
      Path file = job(MIB, new WorkPlan(60_000, Duration.ofMillis(10)));
      BlockingQueue<JobEvent> news = watch(waits, file);
      await(news, JobEvent.Started.class::isInstance);
      gone.agent.stopMachines();
      gone.close();
      await(news, JobEvent.Interrupted.class::isInstance);
      waits.reload("JOB_DEFAULT_LEASE_DURATION = 1");
      List<JobEvent> events = await(news, JobEvent.Rescheduled.class::isInstance);
      assertThat(((JobEvent.Rescheduled) events.getLast()).reason()).startsWith("no word from");
    }
  }
}
