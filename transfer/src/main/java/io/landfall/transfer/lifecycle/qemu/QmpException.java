package io.landfall.transfer.lifecycle.qemu;

import java.io.IOException;

/// QEMU refused a command. The message has its own words, which are for people, never for
/// decisions.
final class QmpException extends IOException {
  private static final long serialVersionUID = 1L;

  QmpException(String command, String description) {
    super(command + ": " + description);
  }
}
