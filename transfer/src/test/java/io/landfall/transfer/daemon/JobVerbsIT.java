package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.UserLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a user can do to a job, and what the job's event log says of it: real agents, simulated
/// guests.
@Timeout(240)
class JobVerbsIT {
  private static final long MIB = 1 << 20;
  private static final WorkPlan LONG = new WorkPlan(400, Duration.ofMillis(20));

  @TempDir Path directory;

  @Test
  void aJobIsSuspendedContinuedHeldReleasedAndEndsWithACompleteLog() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startSubmit();
      String job = pool.submit(pool.job(16 * MIB, MIB, LONG, "vm_networking = true\nqueue"));

      pool.watch(job, event -> event instanceof JobEvent.Started);
      ask(pool, job, name -> new Request.SuspendJob(name, true));
      ask(pool, job, Request.ContinueJob::new);
      ask(pool, job, name -> new Request.SuspendJob(name, false));
      ask(pool, job, Request.ContinueJob::new);
      ask(pool, job, name -> new Request.Hold(name, "lunch"));
      pool.watch(job, event -> event instanceof JobEvent.Held);
      assertThat(queue(pool, false)).extracting(Reply.JobLine::status).containsExactly("HELD");
      pool.kill("submit");
      pool.startSubmit();
      assertThat(queue(pool, false).getFirst().reason()).contains("lunch");
      ask(pool, job, Request.ReleaseHold::new);
      List<JobEvent> events = pool.watch(job, event -> event instanceof JobEvent.Completed);

      assertThat(events).hasAtLeastOneElementOfType(JobEvent.Continued.class);
      try (RawFile disk = RawFile.open(pool.returned())) {
        assertThat(WorkLog.read(disk).complete()).isTrue();
      }
      assertThat(UserLogReader.read(directory.resolve("guest.log")))
          .extracting(UserLogReader.Event::number)
          .containsExactly(0, 1, 6, 10, 11, 10, 11, 3, 4, 12, 13, 1, 8, 8, 5);
      assertThat(queue(pool, false)).isEmpty();
      assertThat(queue(pool, true)).extracting(Reply.JobLine::status).containsExactly("COMPLETED");
    }
  }

  @Test
  void aJobWhoseImageVanishedIsHeldWithHtcondorsReason() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("small", java.util.Map.of("VM_MEMORY", "16"));
      pool.startSubmit();
      String job = pool.submit(pool.job(16 * MIB, MIB, LONG));
      pool.watch(job, event -> event instanceof JobEvent.Unmatched);
      Files.delete(pool.image());

      JobEvent.Held held =
          (JobEvent.Held) pool.watch(job, event -> event instanceof JobEvent.Held).getLast();

      assertThat(held.reason()).startsWith("VMGAHP_ERR_JOBCLASSAD_KVM_INVALID_DISK_PARAM: ");
      assertThat(held.code()).isEqualTo(6);
      assertThat(held.subCode()).isEqualTo(10);
      ask(pool, job, Request.Remove::new);
      assertThat(queue(pool, true)).extracting(Reply.JobLine::status).containsExactly("REMOVED");
      assertThat(UserLogReader.read(directory.resolve("guest.log")))
          .extracting(UserLogReader.Event::number)
          .containsExactly(0, 12, 9);
    }
  }

  private static void ask(Pool pool, String job, Function<String, Request<Reply.Done>> request)
      throws IOException {
    try (Peer peer = pool.connect()) {
      Calls.call(peer, request.apply(job));
    }
  }

  private static List<Reply.JobLine> queue(Pool pool, boolean history) throws IOException {
    try (Peer peer = pool.connect()) {
      return Calls.call(peer, new Request.ListJobs(history, "")).jobs();
    }
  }
}
