package io.landfall.transfer.daemon;

import io.landfall.transfer.control.JobEvent;
import java.util.List;

/// Bytes that a job moved, by what happened to it.
///
/// @param sent from execute hosts: checkpoints and results
/// @param received by execute hosts: images and memory
record TransferTotals(long sent, long received) {

  /// In all its runs.
  static TransferTotals ofAll(List<JobEvent> events) {
    long sent = 0;
    long received = 0;
    for (JobEvent event : events) {
      switch (event) {
        case JobEvent.Landed landed ->
            received += landed.parts().stream().mapToLong(part -> part.figures().pulled()).sum();
        case JobEvent.Arrived arrived -> received += arrived.arrival().travelled();
        case JobEvent.Checkpointed checkpointed -> sent += checkpointed.figures().read();
        case JobEvent.Returned returned ->
            sent += returned.figures().map(figures -> figures.pulled()).orElse(0L);
        default -> {}
      }
    }
    return new TransferTotals(sent, received);
  }

  /// Since the job was last sent to a host.
  static TransferTotals ofLastRun(List<JobEvent> events) {
    for (int i = events.size() - 1; i >= 0; i--) {
      if (events.get(i) instanceof JobEvent.Matched) {
        return ofAll(events.subList(i, events.size()));
      }
    }
    return ofAll(events);
  }
}
