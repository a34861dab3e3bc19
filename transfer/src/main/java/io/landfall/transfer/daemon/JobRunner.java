package io.landfall.transfer.daemon;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.VmgahpError;
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
/// Works in attempts: a host is found, and an [Attempt] takes the job as far as it gets there. What
/// fails is tried again, later and later; what fails too often, or would fail everywhere, is held.
///
/// Threads: one virtual thread runs it; signals come from any.
final class JobRunner implements Runnable {
  private static final System.Logger LOG = System.getLogger(JobRunner.class.getName());
  private static final Duration BACK_OFF_FIRST = Duration.ofMillis(500);

  /// Attempts that hosts refuse, one after another, before a person should look.
  private static final int MAX_REFUSALS = 5;

  /// HTCondor's hold code for the user's own wish.
  static final int BY_USER = 1;

  private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

  private final SubmitAgent agent;
  private final String name;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final JobImages images;
  private Duration backOff = BACK_OFF_FIRST;
  private int refusals;
  private List<String> toldClauses = List.of();
  private String toldReason = "";
  private Optional<Instant> lostSince = Optional.empty();
  private Peer watchedPeer;

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
      hold(0, 0, e.getMessage() == null ? e.toString() : e.getMessage());
    } finally {
      images.close();
    }
  }

  Job job() {
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
      hold(e.code(), e.subCode(), e.getMessage());
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
    images.requireInputs();
    ExecuteHosts.Choice choice =
        agent
            .hosts()
            .offers(JobAds.of(job, agent.settings()), job.host(), images.landingEstimate());
    List<String> explanations = new ArrayList<>(choice.explanations());
    for (ExecuteHosts.Offer offer : choice.offers()) {
      Optional<String> refusal = claim(offer.host());
      if (refusal.isEmpty()) {
        agent.observed().expected(name, offer.untilLanded());
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
      new Attempt(agent, this, name, images, host).run();
    } finally {
      images.withdrawFrom(host.exports());
    }
  }

  private void tellWhenLost(Peer peer) {
    if (!peer.equals(watchedPeer)) {
      watchedPeer = peer;
      var _ = peer.closed().whenComplete((closed, failure) -> signal(new Signal.Lost()));
    }
  }

  // ---- for the attempt

  /// Signals in the order in which they came.
  BlockingQueue<Signal> signals() {
    return signals;
  }

  /// The host has answered.
  void answered() {
    lostSince = Optional.empty();
  }

  /// The machine runs.
  void started() {
    refusals = 0;
    toldClauses = List.of();
    backOff = BACK_OFF_FIRST;
  }

  /// A host that was there could not start the machine.
  ///
  /// @throws JobHeldException if that was once too often
  void refused(String host, IOException why) throws JobHeldException {
    if (++refusals >= MAX_REFUSALS) {
      throw new JobHeldException(
          VmgahpError.HOLD_CODE,
          0,
          "could not be started in "
              + MAX_REFUSALS
              + " attempts, at last on "
              + host
              + ": "
              + why.getMessage());
    }
  }

  /// The world failed: write down why. A machine that ran keeps its claim, and its host is asked
  /// again until the lease is over; only then may the job run elsewhere.
  private void putBack(String why) throws IOException {
    Job job = job();
    boolean wasIdle = job.status() == JobStatus.IDLE;
    if (!wasIdle && leaseIsOver()) {
      job = job.with(JobStatus.IDLE);
    }
    agent.book().put(job.because(job.status(), why));
    if (job.status() != JobStatus.IDLE) {
      tellOnce(new JobEvent.Interrupted(Instant.now(), why), why);
    } else if (!wasIdle) {
      event(
          new JobEvent.Rescheduled(
              Instant.now(), "no word from " + job.host().orElse("its host") + ": " + why));
    } else {
      tellOnce(new JobEvent.Rescheduled(Instant.now(), why), why);
    }
  }

  private void tellOnce(JobEvent event, String why) throws IOException {
    if (!why.equals(toldReason)) {
      toldReason = why;
      event(event);
    }
  }

  private boolean leaseIsOver() {
    if (lostSince.isEmpty()) {
      lostSince = Optional.of(Instant.now());
    }
    Duration silence = Duration.between(lostSince.get(), Instant.now());
    if (silence.compareTo(agent.settings().jobLease()) <= 0) {
      return false;
    }
    lostSince = Optional.empty();
    return true;
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
      case Signal.Hold hold -> hold(BY_USER, 0, hold.why());
      case Signal.Stop stop -> signals.add(stop);
      case Signal.Look _ -> backOff = BACK_OFF_FIRST;
      case Signal.Evict _,
          Signal.Suspend _,
          Signal.Continue _,
          Signal.Checkpoint _,
          Signal.Ended _,
          Signal.Lost _ -> {} // of a machine that is gone
    }
  }

  private void removed() throws IOException {
    agent.book().put(job().with(JobStatus.REMOVED));
    event(new JobEvent.Removed(Instant.now()));
  }

  /// Leaves the job alone until somebody releases it.
  void hold(int code, int subCode, String why) {
    try {
      agent.book().put(job().held(code, subCode, why));
      event(new JobEvent.Held(Instant.now(), why, code, subCode));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, name + ": cannot write down that it is held: " + why, e);
    }
  }

  void event(JobEvent event) throws IOException {
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
      case Notice.Arrived arrived ->
          event(
              new JobEvent.Arrived(
                  Instant.now(), job().host().orElse(""), arrived.part(), arrived.arrival()));
      case Notice.Ended ended -> signal(new Signal.Ended(ended.reason(), ended.detail()));
      case Notice.EvictionWanted wanted -> signal(new Signal.Evict(wanted.why()));
      case Notice.Happened _ -> {} // is told to command lines, never to us
    }
  }
}
