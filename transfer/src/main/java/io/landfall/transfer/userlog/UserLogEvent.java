package io.landfall.transfer.userlog;

import java.util.Optional;

/// What happens to a job, as its event log tells it.
///
/// Bytes sent are those that came from the execute host, bytes received those that went there:
/// HTCondor counts from the job's point of view.
public sealed interface UserLogEvent {

  /// 000: the job is in the queue.
  record Submit(String host) implements UserLogEvent {}

  /// 001: the guest runs.
  record Execute(String host) implements UserLogEvent {}

  /// 003: disk and memory are in the checkpoint store.
  record Checkpointed(long sentBytes) implements UserLogEvent {}

  /// 004: the job has left its host and is in the queue again.
  record Evicted(boolean checkpointed, long sentBytes, long receivedBytes, String reason)
      implements UserLogEvent {}

  /// 005: the job is done. A guest has no exit code; HTCondor reports 0.
  record Terminated(
      long sentBytes, long receivedBytes, long totalSentBytes, long totalReceivedBytes)
      implements UserLogEvent {}

  /// 006: how large the job is.
  ///
  /// @param sizeKib disks and memory
  /// @param memoryMib guest memory
  record ImageSize(long sizeKib, long memoryMib) implements UserLogEvent {}

  /// 007: something of ours or of the host's failed, and the job is tried again.
  record ShadowException(String message, long sentBytes, long receivedBytes)
      implements UserLogEvent {}

  /// 008: a remark. Readers keep 127 characters of it.
  record Generic(String text) implements UserLogEvent {}

  /// 009: the job was taken out of the queue.
  record Aborted(String reason) implements UserLogEvent {}

  /// 010: the guest stands still.
  record Suspended(int processes) implements UserLogEvent {}

  /// 011: it goes on.
  record Unsuspended() implements UserLogEvent {}

  /// 012: somebody must mend something first.
  record Held(String reason, int code, int subCode) implements UserLogEvent {}

  /// 013: it is tried again.
  record Released(Optional<String> reason) implements UserLogEvent {}
}
