package io.landfall.transfer.lifecycle;

/// Where a VM is in its life.
public enum VmState {
  /// Its directory is made; no hypervisor runs yet.
  PREPARED,
  /// Loaded and stopped before its first instruction, or before the first one since it was saved.
  STARTED,
  /// The guest runs.
  RUNNING,
  /// Stopped by us; [Vm#resume] goes on.
  PAUSED,
  /// Stopped by the hypervisor since a disk failed (no space, an I/O error); nothing is lost, and
  /// [Vm#resume] tries the request again.
  IO_ERROR,
  /// Stopped for a moment, its disks and memory being frozen; it goes on by itself.
  CHECKPOINTING,
  /// Stopped, its state on the way to disk.
  SAVING,
  /// Saved; the hypervisor has quit. Final.
  SAVED,
  /// Over for another reason, see [EndReason]. Final.
  ENDED;

  /// Whether the hypervisor is gone and will not come back.
  public boolean isFinal() {
    return this == SAVED || this == ENDED;
  }
}
