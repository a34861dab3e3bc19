package io.landfall.perf.image;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// Copies and compares whole devices without reading what both say is nothing.
public final class Contents {
  private static final int STEP_BYTES = 1 << 20;

  private Contents() {}

  /// Writes the data of `source` to `target`, which has its size and is one hole.
  public static void copy(BlockDevice source, BlockDevice target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BYTES);
    for (long at = 0; at < source.sizeBytes(); ) {
      Extent extent = source.extents(at, source.sizeBytes() - at, 1).getFirst();
      if (extent.kind() != Extent.Kind.DATA) {
        at = extent.end();
      } else {
        source.read(at, buffer.clear().limit((int) Math.min(STEP_BYTES, extent.end() - at)));
        target.write(at, buffer.flip());
        at += buffer.limit();
      }
    }
  }

  /// The offset of a piece of at most 1 MiB in which two devices differ, or of the end of the
  /// shorter; empty if they are the same.
  public static OptionalLong firstDifference(BlockDevice a, BlockDevice b) throws IOException {
    ByteBuffer fromA = ByteBuffer.allocateDirect(STEP_BYTES);
    ByteBuffer fromB = ByteBuffer.allocateDirect(STEP_BYTES);
    long size = Math.min(a.sizeBytes(), b.sizeBytes());
    for (long at = 0; at < size; at += STEP_BYTES) {
      int length = (int) Math.min(STEP_BYTES, size - at);
      if (isNothing(a, at, length) && isNothing(b, at, length)) {
        continue;
      }
      a.read(at, fromA.clear().limit(length));
      b.read(at, fromB.clear().limit(length));
      if (!fromA.flip().equals(fromB.flip())) {
        return OptionalLong.of(at);
      }
    }
    return a.sizeBytes() == b.sizeBytes() ? OptionalLong.empty() : OptionalLong.of(size);
  }

  private static boolean isNothing(BlockDevice device, long at, int length) throws IOException {
    Extent first = device.extents(at, length, 1).getFirst();
    return first.kind() != Extent.Kind.DATA && first.length() >= length;
  }
}
