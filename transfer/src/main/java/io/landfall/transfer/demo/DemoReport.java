package io.landfall.transfer.demo;

import io.landfall.transfer.control.JobEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the demo did, and whether it is as it must be.
///
/// @param directory where everything is
/// @param image the input image
/// @param making how long image and submit file took to make
/// @param events everything that happened to the job, in order
/// @param peakResidentBytes of each agent
/// @param remark what was not tried, if something is missing here
/// @param faults what is not as it must be, a sentence each; empty if all is well
public record DemoReport(
    Path directory,
    Path image,
    Duration making,
    List<JobEvent> events,
    Map<String, Long> peakResidentBytes,
    Optional<String> remark,
    List<String> faults) {

  /// The events of one kind, in order.
  public <E extends JobEvent> List<E> events(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
