package io.landfall.snapshot.device;

import java.io.IOException;

/// A write to a device that takes none.
public final class ReadOnlyDeviceException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Refuses a write to `device`.
  public ReadOnlyDeviceException(BlockDevice device) {
    super("read-only device: " + device);
  }
}
