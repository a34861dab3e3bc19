package io.landfall.store.io;

import java.io.IOException;
import java.nio.file.Path;

/// Disk space that is left free for others, and for what gives space back.
///
/// @param directory on the disk that is meant
/// @param bytes that stay free
public record DiskReserve(Path directory, long bytes) {

  /// Returns if more than the reserve is free.
  ///
  /// @throws StoreFullException if it is not
  public void require() throws IOException {
    long free = directory.toFile().getUsableSpace();
    if (free < bytes) {
      throw new StoreFullException(
          "%s: %d MiB are free on its disk, and %d MiB are reserved; delete checkpoints and collect, or free some space"
              .formatted(directory, free >> 20, bytes >> 20),
          null);
    }
  }
}
