package io.landfall.transfer.lifecycle;

/// Why a VM is no more.
public enum EndReason {
  /// The guest shut itself down: the job is done.
  COMPLETED,
  /// The guest asked for a reboot, or its CPU reset; it was not started again.
  REBOOTED,
  /// The guest died: a panic that it reported, a watchdog that fired, an internal error of the
  /// hypervisor.
  CRASHED,
  /// The hypervisor's process vanished, or somebody else ended it: the job resumes from its last
  /// checkpoint.
  LOST,
  /// We ended it.
  KILLED,
  /// It was saved and will go on elsewhere.
  SAVED
}
