package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.transfer.control.Arrival;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.TransferLine.Kind;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.observe.Tracked;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What jobs' events say of landings on execute hosts, as transfers that this host sends. One that
/// goes on behind its guest is under way until it is sealed, or its job leaves that host.
///
/// Any thread; events of one job come in order.
final class ObservedJobs {
  private final Observer observer;
  private final Predicate<String> running;
  private final Map<String, Landing> landings = new HashMap<>(); // guarded by this; by job

  /// The landings of a job.
  private static final class Landing {
    private String host = "";
    private Optional<Duration> expected = Optional.empty();
    private final Map<String, Part> parts = new HashMap<>();
  }

  /// One of them. Of a lazy one, `moved` is what has travelled so far.
  private static final class Part {
    private final Tracked tracked;
    private boolean lazy;
    private long imageBytes;
    private long moved;

    Part(Tracked tracked) {
      this.tracked = tracked;
    }

    /// What is told of it does not tell the network apart from content.
    Figures figures() {
      return new Figures(Math.max(imageBytes, moved), 0, 0, 0, 0, moved, moved, 1);
    }
  }

  /// @param running whether a job of that name runs on a host now
  ObservedJobs(Observer observer, Predicate<String> running) {
    this.observer = observer;
    this.running = running;
  }

  /// How long it should take until all of a job has landed.
  synchronized void expected(String job, Duration untilLanded) {
    of(job).expected = Optional.of(untilLanded);
  }

  synchronized void happened(String job, JobEvent event) {
    switch (event) {
      case JobEvent.Matched matched -> of(job).host = matched.host();
      case JobEvent.Landing landing -> landing(job, landing);
      case JobEvent.Landed landed -> landed(job, landed);
      case JobEvent.Arrived arrived -> arrived(job, arrived.part(), arrived.arrival());
      case JobEvent.Evicted _, JobEvent.Ended _ -> left(job);
      case JobEvent.Interrupted e -> failed(job, e.reason());
      case JobEvent.Rescheduled e -> over(job, e.reason());
      case JobEvent.Held e -> over(job, e.reason());
      case JobEvent.Removed _ -> over(job, "the job was removed");
      default -> {}
    }
  }

  private Landing of(String job) {
    return landings.computeIfAbsent(job, _ -> new Landing());
  }

  private Part part(String job, String part) {
    Landing landing = of(job);
    return landing.parts.computeIfAbsent(
        part,
        _ -> new Part(observer.begin(Kind.SENDING, job, part, landing.host, landing.expected)));
  }

  private void landing(String job, JobEvent.Landing event) {
    boolean filling = event.phase().equals(LazyFills.FILL);
    if (filling && !running.test(job)) {
      return; // said before its execute host had heard of the end
    }
    if (!filling && !landings.containsKey(job)) {
      return;
    }
    Part part = part(job, event.part());
    part.lazy |= filling; // begun before this agent was started, if it is new
    part.moved = part.lazy ? event.doneBytes() : 0;
    part.tracked.progress(event.phase(), event.doneBytes(), event.totalBytes());
  }

  private void landed(String job, JobEvent.Landed landed) {
    for (Reply.LandedPart arrived : landed.parts()) {
      Part part = part(job, arrived.part());
      part.lazy = arrived.figures().isBegun();
      part.imageBytes = arrived.figures().image();
      if (!part.lazy) {
        part.tracked.done(arrived.figures());
      }
    }
    keepLazy(job);
  }

  private void arrived(String job, String name, Arrival arrival) {
    Landing landing = landings.get(job);
    Part part = landing == null ? null : landing.parts.remove(name);
    if (part != null) {
      part.moved = arrival.travelled();
      part.tracked.done(part.figures());
      keepLazy(job);
    }
  }

  private void keepLazy(String job) {
    Landing landing = of(job);
    landing.parts.values().removeIf(part -> !part.lazy);
    if (landing.parts.isEmpty()) {
      landings.remove(job);
    }
  }

  /// The machine is gone, and with it who read what was still landing.
  private void left(String job) {
    Landing landing = landings.remove(job);
    if (landing != null) {
      landing.parts.values().forEach(part -> part.tracked.left(part.figures()));
    }
  }

  /// What lands behind a guest waits for the next link; everything else begins anew.
  private void failed(String job, String why) {
    Landing landing = landings.get(job);
    if (landing != null) {
      landing.parts.values().stream()
          .filter(part -> !part.lazy)
          .forEach(part -> part.tracked.failed(ErrorCode.REQUEST_FAILED.name(), why));
      keepLazy(job);
    }
  }

  private void over(String job, String why) {
    failed(job, why);
    left(job);
  }
}
