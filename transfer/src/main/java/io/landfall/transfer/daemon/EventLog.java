package io.landfall.transfer.daemon;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.userlog.UserLog;
import io.landfall.transfer.userlog.UserLogEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Tells a job's events in its user's event log, if it has one.
///
/// A log that cannot be written holds up nothing: what happened is in the queue too.
final class EventLog {
  private static final System.Logger LOG = System.getLogger(EventLog.class.getName());

  private final String host;

  /// @param host the submit host, as the log names it
  EventLog(String host) {
    this.host = host;
  }

  /// @param before what happened to the job until then
  void happened(Job job, JobEvent event, List<JobEvent> before) {
    List<UserLogEvent> lines = lines(job, event, before);
    if (job.vm().log().isEmpty() || lines.isEmpty()) {
      return;
    }
    try {
      UserLog.append(
          job.vm().log().get(), job.key().cluster(), job.key().proc(), event.time(), lines);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: its event log {1} cannot be written: {2}",
          job.name(),
          job.vm().log().get(),
          e.toString());
    }
  }

  private List<UserLogEvent> lines(Job job, JobEvent event, List<JobEvent> before) {
    return switch (event) {
      case JobEvent.Submitted _ -> List.of(new UserLogEvent.Submit("<" + host + ">"));
      case JobEvent.Started started -> started(job, started);
      case JobEvent.Checkpointed e -> List.of(new UserLogEvent.Checkpointed(e.figures().read()));
      case JobEvent.Evicted e -> {
        TransferTotals run = TransferTotals.ofLastRun(before);
        yield List.of(
            new UserLogEvent.Evicted(e.checkpointed(), run.sent(), run.received(), e.why()));
      }
      case JobEvent.Rescheduled e -> {
        TransferTotals run = TransferTotals.ofLastRun(before);
        yield List.of(
            new UserLogEvent.ShadowException(
                "An internal error kept the virtual machine from running; the job will be"
                    + " rescheduled ("
                    + e.reason()
                    + ")",
                run.sent(),
                run.received()));
      }
      case JobEvent.Completed _ -> {
        TransferTotals run = TransferTotals.ofLastRun(before);
        TransferTotals all = TransferTotals.ofAll(before);
        yield List.of(
            new UserLogEvent.Terminated(run.sent(), run.received(), all.sent(), all.received()));
      }
      case JobEvent.Suspended _ -> List.of(new UserLogEvent.Suspended(1));
      case JobEvent.Continued _ -> List.of(new UserLogEvent.Unsuspended());
      case JobEvent.Held e -> List.of(new UserLogEvent.Held(e.reason(), e.code(), e.subCode()));
      case JobEvent.Released _ ->
          List.of(new UserLogEvent.Released(Optional.of("via landfall release")));
      case JobEvent.Removed _ -> List.of(new UserLogEvent.Aborted("via landfall remove"));
      case JobEvent.Warned e -> List.of(new UserLogEvent.Generic(e.text()));
      case JobEvent.Unmatched _,
          JobEvent.Matched _,
          JobEvent.Landing _,
          JobEvent.Landed _,
          JobEvent.Arrived _,
          JobEvent.BaseStored _,
          JobEvent.Evicting _,
          JobEvent.CheckpointFailed _,
          JobEvent.Ended _,
          JobEvent.Returned _,
          JobEvent.Interrupted _ ->
          List.of();
    };
  }

  private static List<UserLogEvent> started(Job job, JobEvent.Started started) {
    UserLogEvent execute = new UserLogEvent.Execute("<" + started.host() + ">");
    long memoryMib = job.vm().memoryMiB();
    return started.checkpoint().isPresent()
        ? List.of(execute)
        : List.of(execute, new UserLogEvent.ImageSize(memoryMib << 10, memoryMib));
  }
}
