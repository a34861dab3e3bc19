package io.landfall.transfer.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// What one side tells the other unasked. Notices of one peer arrive in order; a lost peer loses
/// them, which is why each of them can also be asked for.
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "say")
public sealed interface Notice {

  /// The job it is about.
  String job();

  /// How far a landing is.
  ///
  /// @param part `vda`, or `memory`
  /// @param phase what is being done: `MAP`, `COPY`, `PULL`, `SEAL` or `COMMIT`
  /// @param doneBytes of the `totalBytes` of this phase
  record Landing(String job, String part, String phase, long doneBytes, long totalBytes)
      implements Notice {}

  /// A disk of a running machine has landed behind it.
  ///
  /// @param arrival what came when
  record Arrived(String job, String part, Arrival arrival) implements Notice {}

  /// The machine has ended by itself.
  ///
  /// @param reason a name of the lifecycle's end reasons, e.g. `COMPLETED`
  record Ended(String job, String reason, String detail) implements Notice {}

  /// The execute host wants the machine gone; the submit host answers with a save or a kill.
  record EvictionWanted(String job, String why) implements Notice {}

  /// To whoever watches a job.
  record Happened(String job, JobEvent event) implements Notice {}
}
