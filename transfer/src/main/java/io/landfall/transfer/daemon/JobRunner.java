package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Takes one job from the queue to its end: HTCondor's shadow.
///
/// Works in attempts: a host is found, everything lands, the machine runs, and then it ends, is
/// evicted, or is lost. An attempt that finds a claim of an earlier one (ours, or of an agent that
/// was killed) goes on from where that claim is. What the execute host holds is released only after
/// what it holds is safe here.
///
/// Threads: one virtual thread runs it; signals come from any.
final class JobRunner implements Runnable {
  private static final System.Logger LOG = System.getLogger(JobRunner.class.getName());
  private static final Duration BACK_OFF_FIRST = Duration.ofMillis(500);

  /// Attempts that hosts refuse, one after another, before a person should look.
  private static final int MAX_REFUSALS = 5;

  private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

  private final SubmitAgent agent;
  private final String name;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final JobImages images;
  private Duration backOff = BACK_OFF_FIRST;
  private int refusals;
  private List<String> toldClauses = List.of();
  private Optional<Instant> lostSince = Optional.empty();
  private Peer watchedPeer;

  /// What may happen while a machine runs.
  sealed interface Signal {
    /// The machine ended.
    record Ended(String reason, String detail) implements Signal {}

    /// Somebody wants it off its host.
    record Evict(String why) implements Signal {}

    /// The user wants it out of the queue.
    record Remove() implements Signal {}

    /// The agent stops; the job stays as it is.
    record Stop() implements Signal {}

    /// An execute host has room again.
    record Look() implements Signal {}

    /// The execute host is gone.
    record Lost() implements Signal {}
  }

  JobRunner(SubmitAgent agent, Job job) {
    this.agent = agent;
    this.name = job.name();
    this.images = new JobImages(agent, job);
  }

  void signal(Signal signal) {
    signals.add(signal);
  }

  @Override
  public void run() {
    try {
      while (!job().status().settled() && !stopping()) {
        attempt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      if (stopping()) {
        return; // of a store and links that are closed: the next agent takes the job up
      }
      LOG.log(System.Logger.Level.ERROR, name + ": cannot go on", e);
      hold(e.getMessage() == null ? e.toString() : e.getMessage());
    } finally {
      images.close();
    }
  }

  private Job job() {
    return agent.book().find(name).orElseThrow();
  }

  private boolean stopping() {
    return signals.stream().anyMatch(signal -> signal instanceof Signal.Stop);
  }

  private void attempt() throws IOException, InterruptedException {
    try {
      runOn(chooseHost());
    } catch (NoHostException e) {
      unmatched(e.explanations());
      waitForBetterTimes();
    } catch (JobHeldException e) {
      hold(e.getMessage());
    } catch (IOException e) {
      if (stopping()) {
        return;
      }
      LOG.log(System.Logger.Level.DEBUG, name + ": attempt failed", e);
      putBack(e.getMessage());
      waitForBetterTimes();
    }
  }

  /// The host that has a claim already, or the best of those that match and have room.
  private ExecuteHosts.Host chooseHost() throws IOException, NoHostException {
    Job job = job();
    if (job.status() != JobStatus.IDLE && job.host().isPresent()) {
      return agent.hosts().host(job.host().get());
    }
    ExecuteHosts.Choice choice =
        agent
            .hosts()
            .offers(JobAds.of(job, agent.settings()), job.host(), images.landingEstimate());
    List<String> explanations = new ArrayList<>(choice.explanations());
    for (ExecuteHosts.Offer offer : choice.offers()) {
      Optional<String> refusal = claim(offer.host());
      if (refusal.isEmpty()) {
        return offer.host();
      }
      explanations.add(refusal.get());
    }
    throw new NoHostException(explanations);
  }

  /// Has a host keep room for the job. Written down before it is asked: a claim that nobody knows
  /// of would hold its host's memory for ever.
  ///
  /// @return why it has none, if it has not
  private Optional<String> claim(ExecuteHosts.Host host) throws IOException {
    Job before = job();
    agent.book().put(before.with(JobStatus.RUNNING).withHost(host.address()));
    try {
      Calls.call(host.peer(), new Request.Claim(name, JobImages.shape(before.vm())));
      return Optional.empty();
    } catch (IOException e) {
      agent.book().put(before);
      return Optional.of(host.address() + ": " + e.getMessage());
    }
  }

  private void runOn(ExecuteHosts.Host host) throws IOException, InterruptedException {
    tellWhenLost(host.peer());
    // Of an attempt before this one; how things stand now is what the host answers.
    signals.removeIf(signal -> signal instanceof Signal.Lost || signal instanceof Signal.Ended);
    images.offerTo(host.exports());
    try {
      attach(host);
    } finally {
      images.withdrawFrom(host.exports());
    }
  }

  private void attach(ExecuteHosts.Host host) throws IOException, InterruptedException {
    Reply.ClaimStatus claim = Calls.call(host.peer(), new Request.Attach(name));
    lostSince = Optional.empty();
    switch (claim.phase()) {
      case NONE, LANDING, PREPARED -> {
        launch(host);
        watch(host);
      }
      case RUNNING -> watch(host);
      case SAVED -> takeCheckpoint(host);
      case ENDED -> settle(host, claim.ended().orElseThrow(), "while nobody listened");
    }
  }

  private void tellWhenLost(Peer peer) {
    if (!peer.equals(watchedPeer)) {
      watchedPeer = peer;
      var _ = peer.closed().whenComplete((closed, failure) -> signal(new Signal.Lost()));
    }
  }

  private void launch(ExecuteHosts.Host host) throws IOException {
    images.checkpoints().storeBaseInBackground();
    event(new JobEvent.Matched(Instant.now(), host.address()));
    try {
      landAndStart(host);
    } catch (IOException e) {
      // The machine never ran: whatever the host has of it is worth nothing but its cached images,
      // which stay.
      boolean refused = !host.peer().closed().isDone();
      releaseQuietly(host);
      agent.book().put(job().with(JobStatus.IDLE));
      if (refused && ++refusals >= MAX_REFUSALS) {
        throw new JobHeldException(
            "could not be started in "
                + MAX_REFUSALS
                + " attempts, at last on "
                + host.address()
                + ": "
                + e.getMessage());
      }
      throw e;
    }
    refusals = 0;
    toldClauses = List.of();
    backOff = BACK_OFF_FIRST;
  }

  private void landAndStart(ExecuteHosts.Host host) throws IOException {
    Optional<CheckpointRecord> from = images.checkpoints().restorable();
    Reply.Prepared prepared = Calls.call(host.peer(), images.prepareRequest(from));
    List<Reply.LandedPart> parts = new ArrayList<>(prepared.disks());
    prepared.memory().ifPresent(parts::add);
    event(new JobEvent.Landed(Instant.now(), host.address(), parts));
    agent.hosts().landed(host.address(), parts);
    Reply.Started started = Calls.call(host.peer(), new Request.Start(name));
    event(
        new JobEvent.Started(
            Instant.now(),
            host.address(),
            from.map(record -> record.id().text()),
            started.tookMillis()));
  }

  private void releaseQuietly(ExecuteHosts.Host host) {
    try {
      Calls.call(host.peer(), new Request.Release(name));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, name + ": cannot release the claim", e);
    }
  }

  private void watch(ExecuteHosts.Host host) throws IOException, InterruptedException {
    switch (signals.take()) {
      case Signal.Ended ended -> settle(host, ended.reason(), ended.detail());
      case Signal.Evict evict -> evict(host, evict.why());
      case Signal.Remove _ -> remove(host);
      case Signal.Stop stop -> signals.add(stop);
      case Signal.Look _ -> watch(host);
      case Signal.Lost _ -> {
        if (host.peer().closed().isDone()) {
          throw new IOException("lost the connection to execute host " + host.address());
        }
        watch(host);
      }
    }
  }

  /// The machine ended by itself.
  private void settle(ExecuteHosts.Host host, String reason, String detail)
      throws IOException, InterruptedException {
    event(new JobEvent.Ended(Instant.now(), host.address(), reason, detail));
    switch (EndReason.valueOf(reason)) {
      case COMPLETED -> {
        agent.book().put(job().with(JobStatus.TRANSFERRING_OUTPUT));
        Reply.OutputDisks outputs = Calls.call(host.peer(), new Request.Outputs(name));
        for (JobEvent.Returned returned : images.bringBack(host.peer(), outputs.disks())) {
          event(returned);
        }
        // Written down before the claim goes: a job that is done must never look like one that has
        // no claim and is to be started.
        agent.book().put(job().with(JobStatus.COMPLETED));
        event(new JobEvent.Completed(Instant.now()));
        releaseQuietly(host);
      }
      case LOST, KILLED -> {
        Calls.call(host.peer(), new Request.Release(name));
        String why = "the machine was lost on " + host.address() + " (" + detail + ")";
        agent.book().put(job().because(JobStatus.IDLE, why));
        event(new JobEvent.Rescheduled(Instant.now(), why));
      }
      default -> {
        hold("the guest ended badly on " + host.address() + ": " + reason + " (" + detail + ")");
        releaseQuietly(host);
      }
    }
  }

  private void evict(ExecuteHosts.Host host, String why) throws IOException, InterruptedException {
    event(new JobEvent.Evicting(Instant.now(), host.address(), why));
    if (job().vm().checkpoint()) {
      takeCheckpoint(host);
    } else {
      Calls.call(host.peer(), new Request.Kill(name));
      Calls.call(host.peer(), new Request.Release(name));
      agent.book().put(job().evicted());
      event(new JobEvent.Rescheduled(Instant.now(), "evicted without a checkpoint: " + why));
    }
  }

  /// Saves the machine, commits the checkpoint, and only then lets the execute host forget it.
  private void takeCheckpoint(ExecuteHosts.Host host) throws IOException, InterruptedException {
    Reply.Saved saved = Calls.call(host.peer(), new Request.Save(name));
    Instant began = Instant.now();
    CheckpointRecord record = images.checkpoints().store(host, saved);
    agent.book().put(job().withCheckpoint(record.id()));
    event(
        new JobEvent.Checkpointed(
            Instant.now(),
            record.id().text(),
            saved.pauseMillis(),
            JobCheckpoints.stored(record, Duration.between(began, Instant.now()))));
    Calls.call(host.peer(), new Request.Release(name));
    agent.book().put(job().evicted());
    event(new JobEvent.Rescheduled(Instant.now(), "evicted with a checkpoint"));
  }

  private void remove(ExecuteHosts.Host host) throws IOException {
    removed();
    releaseQuietly(host);
  }

  private void removed() throws IOException {
    agent.book().put(job().with(JobStatus.REMOVED));
    event(new JobEvent.Removed(Instant.now()));
  }

  /// The world failed: write down why. A machine that ran keeps its claim, and its host is asked
  /// again until the lease is over; only then may the job run elsewhere.
  private void putBack(String why) throws IOException {
    Job job = job();
    if (job.status() != JobStatus.IDLE) {
      if (lostSince.isEmpty()) {
        lostSince = Optional.of(Instant.now());
      }
      Duration silence = Duration.between(lostSince.get(), Instant.now());
      if (silence.compareTo(agent.settings().jobLease()) > 0) {
        lostSince = Optional.empty();
        job = job.with(JobStatus.IDLE);
      }
    }
    if (!job.reason().equals(Optional.of(why))) {
      event(new JobEvent.Rescheduled(Instant.now(), why));
    }
    agent.book().put(job.because(job.status(), why));
  }

  /// Tells which clauses fail where, once for each different set of clauses.
  private void unmatched(List<String> explanations) throws IOException {
    agent.book().put(job().because(JobStatus.IDLE, "matches no execute host now"));
    List<String> clauses = explanations.stream().map(JobRunner::withoutFigures).sorted().toList();
    if (!clauses.equals(toldClauses)) {
      toldClauses = clauses;
      event(new JobEvent.Unmatched(Instant.now(), explanations));
    }
  }

  private static String withoutFigures(String explanation) {
    return explanation.replaceAll("[0-9]+", "");
  }

  private void waitForBetterTimes() throws IOException, InterruptedException {
    Signal signal = signals.poll(backOff.toMillis(), TimeUnit.MILLISECONDS);
    Duration doubled = backOff.multipliedBy(2);
    backOff = doubled.compareTo(BACK_OFF_MAX) < 0 ? doubled : BACK_OFF_MAX;
    switch (signal) {
      case null -> {}
      case Signal.Remove _ -> removed();
      case Signal.Stop stop -> signals.add(stop);
      case Signal.Look _ -> backOff = BACK_OFF_FIRST;
      case Signal.Evict _, Signal.Ended _, Signal.Lost _ -> {} // of a machine that is gone
    }
  }

  private void hold(String why) {
    try {
      agent.book().put(job().because(JobStatus.HELD, why));
      event(new JobEvent.Held(Instant.now(), why));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, name + ": cannot write down that it is held: " + why, e);
    }
  }

  private void event(JobEvent event) throws IOException {
    agent.book().happened(name, event);
  }

  void noticed(Notice notice) throws IOException {
    switch (notice) {
      case Notice.Landing landing ->
          event(
              new JobEvent.Landing(
                  Instant.now(),
                  landing.part(),
                  landing.phase(),
                  landing.doneBytes(),
                  landing.totalBytes()));
      case Notice.Ended ended -> signal(new Signal.Ended(ended.reason(), ended.detail()));
      case Notice.EvictionWanted wanted -> signal(new Signal.Evict(wanted.why()));
      case Notice.Happened _ -> {} // is told to command lines, never to us
    }
  }
}
