package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.RemoteException;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.VmgahpError;
import io.landfall.transfer.lifecycle.EndReason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Takes a job as far as it gets on one execute host: everything lands, the machine runs, and then
/// it ends, is evicted, or is lost.
///
/// An attempt that finds a claim of an earlier one (ours, or of an agent that was killed) goes on
/// from where that claim is. What the execute host holds is released only after what it holds is
/// safe here.
///
/// Not thread-safe: the thread of the [JobRunner].
final class Attempt {
  private static final System.Logger LOG = System.getLogger(Attempt.class.getName());

  private final SubmitAgent agent;
  private final JobRunner runner;
  private final String name;
  private final JobImages images;
  private final ExecuteHosts.Host host;
  private final PeriodicCheckpoints periodic;
  private boolean over;
  private boolean resumed;

  Attempt(
      SubmitAgent agent, JobRunner runner, String name, JobImages images, ExecuteHosts.Host host) {
    this.agent = agent;
    this.runner = runner;
    this.name = name;
    this.images = images;
    this.host = host;
    this.periodic = PeriodicCheckpoints.of(runner.job(), agent.settings());
  }

  /// Returns when the job is settled, or back in the queue, or the agent stops.
  ///
  /// @throws IOException if something failed for now
  void run() throws IOException, InterruptedException {
    Reply.ClaimStatus claim = call(new Request.Attach(name));
    runner.answered();
    resumed = images.checkpoints().restorable().isPresent();
    switch (claim.phase()) {
      case NONE, LANDING, PREPARED -> {
        launch();
        watch();
      }
      case RUNNING -> watch();
      case SAVED -> {
        if (runner.job().status() == JobStatus.SUSPENDED) {
          watch();
        } else {
          takeCheckpoint("evicted with a checkpoint");
        }
      }
      case ENDED -> settle(claim.ended().orElseThrow(), "while nobody listened");
    }
  }

  private <R extends Reply> R call(Request<R> request) throws IOException {
    return Calls.call(host.peer(), request);
  }

  // ---- the way in

  private void launch() throws IOException {
    images.checkpoints().storeBaseInBackground();
    runner.event(new JobEvent.Matched(Instant.now(), host.address()));
    try {
      landAndStart();
    } catch (IOException e) {
      // The machine never ran: whatever the host has of it is worth nothing but its cached images,
      // which stay.
      boolean refused = !host.peer().closed().isDone();
      releaseQuietly();
      put(runner.job().with(JobStatus.IDLE));
      if (e instanceof RemoteException answer && answer.code() == ErrorCode.JOB_UNFIT) {
        throw new JobHeldException(VmgahpError.HOLD_CODE, 0, answer.sentence());
      }
      if (refused) {
        runner.refused(host.address(), e);
      }
      throw e;
    }
    runner.started();
  }

  private interface Transfer<T> {
    T run() throws IOException;
  }

  /// Runs a transfer when it is the turn of whom the job waits as.
  private <T> T inTurn(TransferQueue queue, Transfer<T> transfer) throws IOException {
    try (TransferQueue.Slot _ = queue.enter(user())) {
      return transfer.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name + ": interrupted while waiting for its turn");
    }
  }

  private String user() {
    return agent
        .settings()
        .transfers()
        .policy()
        .userOf(
            JobAds.of(runner.job(), agent.settings()),
            runner.job().key().owner(),
            Instant.now().getEpochSecond());
  }

  private void landAndStart() throws IOException {
    Optional<CheckpointRecord> from = images.checkpoints().restorable();
    resumed = from.isPresent();
    Reply.Prepared prepared = inTurn(agent.uploads(), () -> call(images.prepareRequest(from)));
    List<Reply.LandedPart> parts = new ArrayList<>(prepared.disks());
    prepared.memory().ifPresent(parts::add);
    runner.event(new JobEvent.Landed(Instant.now(), host.address(), parts));
    agent.hosts().landed(host.address(), parts);
    Reply.Started started = call(new Request.Start(name));
    runner.event(
        new JobEvent.Started(
            Instant.now(),
            host.address(),
            from.map(record -> record.id().text()),
            started.tookMillis()));
    if (from.isPresent() && runner.job().vm().networking()) {
      warnOfConnections();
    }
  }

  private void warnOfConnections() throws IOException {
    for (String line : CONNECTIONS_ARE_LOST) {
      runner.event(new JobEvent.Warned(Instant.now(), line));
    }
  }

  /// What a user who asked for both a network and checkpoints must expect; a line each, since
  /// readers of event logs keep no longer ones.
  private static final List<String> CONNECTIONS_ARE_LOST =
      List.of(
          "Resumed from a checkpoint with vm_networking: connections that were open when it was"
              + " made are likely lost,",
          "on the same host as well as on another. Programs in the guest must open them again.");

  // ---- while it runs

  private void watch() throws IOException, InterruptedException {
    while (!over) {
      Signal signal = runner.signals().poll(periodic.untilNext().toMillis(), TimeUnit.MILLISECONDS);
      switch (signal) {
        case null -> checkpoint();
        case Signal.Checkpoint _ -> checkpoint();
        case Signal.Ended ended -> settle(ended.reason(), ended.detail());
        case Signal.Evict evict -> evict(evict.why());
        case Signal.Hold hold -> {
          evict("held: " + hold.why());
          runner.hold(JobRunner.BY_USER, 0, hold.why());
        }
        case Signal.Remove _ -> remove();
        case Signal.Suspend suspend -> suspend(suspend.soft());
        case Signal.Continue _ -> goOn();
        case Signal.Look _ -> {}
        case Signal.Stop stop -> {
          runner.signals().add(stop);
          over = true;
        }
        case Signal.Lost _ -> {
          if (host.peer().closed().isDone()) {
            throw new IOException("lost the connection to execute host " + host.address());
          }
        }
      }
    }
  }

  private void suspend(boolean soft) throws IOException {
    if (runner.job().status() != JobStatus.SUSPENDED) {
      // Written down first: a saved machine of a job that is not suspended is one to take away.
      put(runner.job().with(JobStatus.SUSPENDED));
      call(new Request.Suspend(name, soft));
      runner.event(new JobEvent.Suspended(Instant.now(), host.address(), soft));
    }
  }

  private void goOn() throws IOException {
    if (runner.job().status() == JobStatus.SUSPENDED) {
      call(new Request.Continue(name));
      put(runner.job().with(JobStatus.RUNNING));
      runner.event(new JobEvent.Continued(Instant.now(), host.address()));
    }
  }

  /// A checkpoint of a guest that runs on. One that cannot be made costs the job nothing.
  private void checkpoint() throws IOException {
    periodic.made();
    if (!runner.job().vm().checkpoint() || runner.job().status() != JobStatus.RUNNING) {
      return;
    }
    try {
      Reply.Saved frozen = call(new Request.Checkpoint(name));
      try {
        store(frozen, true);
      } finally {
        call(new Request.CheckpointDone(name));
      }
    } catch (IOException e) {
      if (host.peer().closed().isDone()) {
        throw e;
      }
      runner.event(new JobEvent.CheckpointFailed(Instant.now(), e.getMessage()));
    }
  }

  // ---- the ways out

  /// The machine ended by itself.
  private void settle(String reason, String detail) throws IOException {
    runner.event(new JobEvent.Ended(Instant.now(), host.address(), reason, detail));
    switch (EndReason.valueOf(reason)) {
      case COMPLETED -> complete();
      case LOST, KILLED -> {
        call(new Request.Release(name));
        String why = "the machine was lost on " + host.address() + " (" + detail + ")";
        put(runner.job().because(JobStatus.IDLE, why));
        runner.event(new JobEvent.Rescheduled(Instant.now(), why));
      }
      default -> {
        runner.hold(
            0,
            0,
            "the guest ended badly on " + host.address() + ": " + reason + " (" + detail + ")");
        releaseQuietly();
      }
    }
    over = true;
  }

  private void complete() throws IOException {
    put(runner.job().with(JobStatus.TRANSFERRING_OUTPUT));
    Reply.OutputDisks outputs = call(new Request.Outputs(name));
    if (!resumed) {
      images.keepProfiles(host.peer());
    }
    for (JobEvent.Returned returned :
        inTurn(agent.downloads(), () -> images.bringBack(host.peer(), outputs))) {
      runner.event(returned);
    }
    // Written down before the claim goes: a job that is done must never look like one that has no
    // claim and is to be started.
    put(runner.job().with(JobStatus.COMPLETED));
    runner.event(new JobEvent.Completed(Instant.now()));
    releaseQuietly();
  }

  private void evict(String why) throws IOException {
    runner.event(new JobEvent.Evicting(Instant.now(), host.address(), why));
    if (runner.job().vm().checkpoint()) {
      takeCheckpoint(why);
      return;
    }
    call(new Request.Kill(name));
    call(new Request.Release(name));
    put(runner.job().evicted());
    runner.event(new JobEvent.Evicted(Instant.now(), host.address(), false, why));
    over = true;
  }

  /// Saves the machine, commits the checkpoint, and only then lets the execute host forget it.
  private void takeCheckpoint(String why) throws IOException {
    Reply.Saved saved = call(new Request.Save(name));
    if (!resumed) {
      images.keepProfiles(host.peer());
    }
    store(saved, false);
    call(new Request.Release(name));
    put(runner.job().evicted());
    runner.event(new JobEvent.Evicted(Instant.now(), host.address(), true, why));
    over = true;
  }

  private void store(Reply.Saved saved, boolean goesOn) throws IOException {
    Instant began = Instant.now();
    CheckpointRecord record = images.checkpoints().store(host, saved, goesOn);
    put(runner.job().withCheckpoint(record.id()));
    runner.event(
        new JobEvent.Checkpointed(
            Instant.now(),
            record.id().text(),
            saved.pauseMillis(),
            JobCheckpoints.stored(record, Duration.between(began, Instant.now())),
            goesOn));
  }

  private void remove() throws IOException {
    put(runner.job().with(JobStatus.REMOVED));
    runner.event(new JobEvent.Removed(Instant.now()));
    releaseQuietly();
    over = true;
  }

  private void put(Job job) throws IOException {
    agent.book().put(job);
  }

  private void releaseQuietly() {
    try {
      call(new Request.Release(name));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, name + ": cannot release the claim", e);
    }
  }
}
