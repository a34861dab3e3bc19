package io.landfall.store.chunk;

import java.io.IOException;
import java.nio.file.Path;

/// A pack is not what was written; the message names file and offset.
public final class DamagedPackException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Says what was found in `pack` at `offset`.
  public DamagedPackException(Path pack, long offset, String what) {
    super(pack + " at " + offset + ": " + what);
  }
}
