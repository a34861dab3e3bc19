package io.landfall.store.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/// A file of the store that is small and whole (its format file, a checkpoint record) is not what
/// was written, or was written by a later version.
public final class DamagedStoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Says what was found in `file`.
  public DamagedStoreException(Path file, String what) {
    super(file + ": " + what);
  }
}
