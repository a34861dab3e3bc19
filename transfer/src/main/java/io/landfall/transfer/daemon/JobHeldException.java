package io.landfall.transfer.daemon;

import java.io.IOException;

/// A job that a person must look at before it is tried again.
final class JobHeldException extends IOException {
  private static final long serialVersionUID = 1L;

  JobHeldException(String reason) {
    super(reason);
  }
}
