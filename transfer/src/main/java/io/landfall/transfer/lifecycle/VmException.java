package io.landfall.transfer.lifecycle;

import java.io.IOException;

/// A hypervisor did not do what was asked. The message says what, and what the hypervisor said.
public final class VmException extends IOException {
  private static final long serialVersionUID = 1L;

  /// What follows differs by reason, never by the wording of the message.
  public enum Reason {
    /// The hypervisor is not installed or too old.
    NO_HYPERVISOR,
    /// The VM could not be loaded.
    FAILED_TO_START,
    /// A saved state could not be loaded; it may still be loaded elsewhere.
    FAILED_TO_RESTORE,
    /// The state could not be written; the VM is stopped and can go on.
    FAILED_TO_SAVE,
    /// The VM ended before it could be done.
    ENDED,
    /// The hypervisor refused a command, or does not answer.
    REFUSED,
    /// The VM asks for what this kind of hypervisor never does.
    JOB_UNFIT
  }

  private final Reason reason;

  public VmException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public VmException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
