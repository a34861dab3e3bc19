package io.landfall.snapshot.device;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What a layer changes, put into the disk below it.
public final class Changes {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int EXTENTS_PER_STEP = 256;

  private Changes() {}

  /// Writes everything of `changes` that is no hole into `target`, at the same offsets. Both are
  /// borrowed; nothing is flushed.
  ///
  /// @return whether anything was written
  public static boolean apply(BlockDevice changes, BlockDevice target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
    boolean any = false;
    long size = changes.sizeBytes();
    long at = 0;
    while (at < size) {
      for (Extent extent : changes.extents(at, size - at, EXTENTS_PER_STEP)) {
        switch (extent.kind()) {
          case DATA -> copy(changes, extent, target, buffer);
          case ZERO -> target.zero(extent.offset(), extent.length());
          case HOLE -> {}
        }
        any |= extent.kind() != Extent.Kind.HOLE;
        at = extent.end();
      }
    }
    return any;
  }

  private static void copy(BlockDevice source, Extent extent, BlockDevice target, ByteBuffer buffer)
      throws IOException {
    for (long at = extent.offset(); at < extent.end(); at += PIECE_BYTES) {
      buffer.clear().limit((int) Math.min(PIECE_BYTES, extent.end() - at));
      source.read(at, buffer);
      target.write(at, buffer.flip());
    }
  }
}
