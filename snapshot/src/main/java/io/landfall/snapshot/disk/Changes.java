package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Carries what a layer holds into another device.
final class Changes {
  private static final int EXTENTS_PER_STEP = 256;
  private static final int BUFFER_BYTES = 1 << 20;

  private Changes() {}

  /// Writes data as data and zeros as zeros; where `changes` has a hole `target` stays as it is.
  static void copy(BlockDevice changes, BlockDevice target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long size = changes.sizeBytes();
    long at = 0;
    while (at < size) {
      for (Extent extent : changes.extents(at, size - at, EXTENTS_PER_STEP)) {
        switch (extent.kind()) {
          case DATA -> copyData(changes, extent, target, buffer);
          case ZERO -> target.zero(extent.offset(), extent.length());
          case HOLE -> {}
        }
        at = extent.end();
      }
    }
  }

  private static void copyData(
      BlockDevice source, Extent extent, BlockDevice target, ByteBuffer buffer) throws IOException {
    for (long at = extent.offset(); at < extent.end(); at += buffer.capacity()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), extent.end() - at));
      source.read(at, buffer);
      target.write(at, buffer.flip());
    }
  }
}
