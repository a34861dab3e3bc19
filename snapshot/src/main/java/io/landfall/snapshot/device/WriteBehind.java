package io.landfall.snapshot.device;

import java.io.IOException;
import java.nio.file.Path;

/// Has the kernel write a growing file to the disk while it still grows, so that the fsync at its
/// end has little left to wait for. Says nothing about durability.
///
/// One thread.
public final class WriteBehind implements AutoCloseable {
  /// Enough for the disk to work on, little enough for the last to be little.
  private static final long STEP_BYTES = 8 << 20;

  private final SparseFd file; // null where the platform has no such call
  private long from = Long.MAX_VALUE;
  private long to;
  private long bytes;

  private WriteBehind(SparseFd file) {
    this.file = file;
  }

  /// Of a file that somebody else writes.
  public static WriteBehind of(Path path) throws IOException {
    return new WriteBehind(SparseFd.available() ? SparseFd.open(path, true) : null);
  }

  /// Something was written.
  public void written(long offset, long length) throws IOException {
    from = Math.min(from, offset);
    to = Math.max(to, offset + length);
    bytes += length;
    if (bytes >= STEP_BYTES) {
      if (file != null) {
        file.startWriting(from, to - from);
      }
      from = Long.MAX_VALUE;
      to = 0;
      bytes = 0;
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
