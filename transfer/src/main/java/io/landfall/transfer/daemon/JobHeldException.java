package io.landfall.transfer.daemon;

import io.landfall.transfer.control.VmgahpError;
import java.io.IOException;

/// A job cannot go on before a person has mended something.
final class JobHeldException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final int subCode;

  JobHeldException(int code, int subCode, String reason) {
    super(reason);
    this.code = code;
    this.subCode = subCode;
  }

  /// A job that would fail everywhere.
  static JobHeldException of(VmgahpError error, String detail) {
    return new JobHeldException(
        VmgahpError.HOLD_CODE, error.subCode().orElseThrow(), error.text() + ": " + detail);
  }

  int code() {
    return code;
  }

  int subCode() {
    return subCode;
  }
}
