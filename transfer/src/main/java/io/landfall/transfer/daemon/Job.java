package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.transfer.submit.VmJob;
import java.time.Instant;
import java.util.Optional;

/// One job of the queue, as the submit agent remembers it.
///
/// @param vm what the submit description file asks for
/// @param host address of the execute host that has, or last had, a claim for it
/// @param checkpoint what a restart goes on from
/// @param reason why it is held, or was put back
/// @param holdCode HTCondor's `HoldReasonCode`, if it is held
/// @param holdSubCode HTCondor's `HoldReasonSubCode`
record Job(
    JobKey key,
    VmJob vm,
    JobStatus status,
    Optional<String> host,
    Optional<CheckpointId> checkpoint,
    int evictions,
    Instant submitted,
    Optional<String> reason,
    int holdCode,
    int holdSubCode) {

  static Job queued(JobKey key, VmJob vm, Instant now) {
    return new Job(
        key,
        vm,
        JobStatus.IDLE,
        Optional.empty(),
        Optional.empty(),
        0,
        now,
        Optional.empty(),
        0,
        0);
  }

  String name() {
    return key.toString();
  }

  /// Whether a host has it now.
  boolean isOn(String address) {
    return status != JobStatus.IDLE && host.equals(Optional.of(address));
  }

  Job with(JobStatus newStatus) {
    return new Job(
        key, vm, newStatus, host, checkpoint, evictions, submitted, Optional.empty(), 0, 0);
  }

  Job withHost(String address) {
    return new Job(
        key, vm, status, Optional.of(address), checkpoint, evictions, submitted, reason, 0, 0);
  }

  Job withCheckpoint(CheckpointId id) {
    return new Job(key, vm, status, host, Optional.of(id), evictions, submitted, reason, 0, 0);
  }

  Job evicted() {
    return new Job(
        key,
        vm,
        JobStatus.IDLE,
        host,
        checkpoint,
        evictions + 1,
        submitted,
        Optional.empty(),
        0,
        0);
  }

  Job because(JobStatus newStatus, String why) {
    return new Job(
        key, vm, newStatus, host, checkpoint, evictions, submitted, Optional.of(why), 0, 0);
  }

  Job held(int code, int subCode, String why) {
    return new Job(
        key,
        vm,
        JobStatus.HELD,
        host,
        checkpoint,
        evictions,
        submitted,
        Optional.of(why),
        code,
        subCode);
  }
}
