package io.landfall.store.checkpoint;

import java.io.IOException;

/// Another process is the store's writer.
public final class StoreHeldException extends IOException {
  private static final long serialVersionUID = 1L;

  StoreHeldException(String message) {
    super(message);
  }
}
