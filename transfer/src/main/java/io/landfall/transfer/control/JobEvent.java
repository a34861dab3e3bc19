package io.landfall.transfer.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What happens to a job, as the submit agent writes it down and tells it to whoever watches.
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "event")
public sealed interface JobEvent {

  /// When it happened, by the submit host's clock.
  Instant time();

  /// The job is in the queue.
  record Submitted(Instant time, String executable) implements JobEvent {}

  /// No execute host takes the job now.
  ///
  /// @param explanations one for each host, with the clauses that do not hold there
  record Unmatched(Instant time, List<String> explanations) implements JobEvent {}

  /// An execute host was found and is landing the job's images.
  record Matched(Instant time, String host) implements JobEvent {}

  /// How far the landing is; not kept.
  record Landing(Instant time, String part, String phase, long doneBytes, long totalBytes)
      implements JobEvent {}

  /// Everything is on the execute host.
  record Landed(Instant time, String host, List<Reply.LandedPart> parts) implements JobEvent {}

  /// A disk has landed while its guest ran.
  record Arrived(Instant time, String host, String part, Arrival arrival) implements JobEvent {}

  /// The guest runs: from its disks, or on from a checkpoint.
  ///
  /// @param checkpoint the checkpoint it goes on from
  record Started(Instant time, String host, Optional<String> checkpoint, long tookMillis)
      implements JobEvent {}

  /// The disks of a job with `vm_checkpoint` are in the store, so that later checkpoints need only
  /// what changed.
  record BaseStored(Instant time, String checkpoint, StoredFigures figures) implements JobEvent {}

  /// The machine is to leave its host.
  record Evicting(Instant time, String host, String why) implements JobEvent {}

  /// A checkpoint is committed.
  ///
  /// @param pauseMillis how long the guest had stood still when its state was safe on the execute
  ///   host
  /// @param goesOn whether the guest went on where it is
  record Checkpointed(
      Instant time, String checkpoint, long pauseMillis, StoredFigures figures, boolean goesOn)
      implements JobEvent {}

  /// A periodic checkpoint could not be made; the guest runs on.
  record CheckpointFailed(Instant time, String reason) implements JobEvent {}

  /// The guest stands still.
  ///
  /// @param soft whether its memory stays in the host's; else it is on the host's disk
  record Suspended(Instant time, String host, boolean soft) implements JobEvent {}

  /// It goes on.
  record Continued(Instant time, String host) implements JobEvent {}

  /// The job has left its host and is in the queue again.
  record Evicted(Instant time, String host, boolean checkpointed, String why) implements JobEvent {}

  /// Something failed for now; the host that has the job is asked again.
  record Interrupted(Instant time, String reason) implements JobEvent {}

  /// Something that the user should know.
  record Warned(Instant time, String text) implements JobEvent {}

  /// The guest ended.
  record Ended(Instant time, String host, String reason, String detail) implements JobEvent {}

  /// A modified disk is back.
  ///
  /// @param figures absent if the guest changed nothing
  record Returned(Instant time, String device, String path, Optional<Figures> figures)
      implements JobEvent {}

  /// The job is back in the queue since something failed on its host.
  record Rescheduled(Instant time, String reason) implements JobEvent {}

  /// Something must be mended by a person first.
  ///
  /// @param code HTCondor's `HoldReasonCode`
  /// @param subCode HTCondor's `HoldReasonSubCode`
  record Held(Instant time, String reason, int code, int subCode) implements JobEvent {}

  /// A held job is tried again.
  record Released(Instant time) implements JobEvent {}

  /// The job is done.
  record Completed(Instant time) implements JobEvent {}

  /// The job was taken out of the queue.
  record Removed(Instant time) implements JobEvent {}

  /// Nothing follows this event.
  default boolean last() {
    return this instanceof Completed || this instanceof Held || this instanceof Removed;
  }

  /// What a checkpoint took; bytes, but the last.
  ///
  /// @param logical disks and memory as the guest sees them
  /// @param read content that had to be read (and, from another host, moved)
  /// @param added what the store grew by
  /// @param millis wall time
  record StoredFigures(long logical, long read, long added, long millis) {}
}
