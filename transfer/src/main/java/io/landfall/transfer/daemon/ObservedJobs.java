package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.TransferLine.Kind;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.observe.Tracked;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What jobs' events say of landings on execute hosts, as transfers that this host sends.
///
/// Any thread; events of one job come in order.
final class ObservedJobs {
  private final Observer observer;
  private final Map<String, Landing> landings = new HashMap<>(); // guarded by this; by job

  private static final class Landing {
    private String host = "";
    private Optional<Duration> expected = Optional.empty();
    private final Map<String, Tracked> parts = new HashMap<>();
  }

  ObservedJobs(Observer observer) {
    this.observer = observer;
  }

  /// How long it should take until all of a job has landed.
  synchronized void expected(String job, Duration untilLanded) {
    of(job).expected = Optional.of(untilLanded);
  }

  synchronized void happened(String job, JobEvent event) {
    switch (event) {
      case JobEvent.Matched matched -> of(job).host = matched.host();
      case JobEvent.Landing landing ->
          part(job, landing.part())
              .progress(landing.phase(), landing.doneBytes(), landing.totalBytes());
      case JobEvent.Landed landed -> {
        for (Reply.LandedPart part : landed.parts()) {
          part(job, part.part()).done(part.figures());
        }
        landings.remove(job);
      }
      case JobEvent.Rescheduled e -> failed(job, e.reason());
      case JobEvent.Interrupted e -> failed(job, e.reason());
      case JobEvent.Held e -> failed(job, e.reason());
      case JobEvent.Removed _ -> failed(job, "the job was removed");
      default -> {}
    }
  }

  private Landing of(String job) {
    return landings.computeIfAbsent(job, _ -> new Landing());
  }

  private Tracked part(String job, String part) {
    Landing landing = of(job);
    return landing.parts.computeIfAbsent(
        part, _ -> observer.begin(Kind.SENDING, job, part, landing.host, landing.expected));
  }

  private void failed(String job, String why) {
    Landing landing = landings.remove(job);
    if (landing != null) {
      landing.parts.values().forEach(part -> part.failed(ErrorCode.REQUEST_FAILED.name(), why));
    }
  }
}
