package io.landfall.snapshot.format.report;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// In what two disks differ, in blocks of [#BLOCK_BYTES]. A disk that is shorter has zeros behind
/// its end.
///
/// @param sizeBytes of the larger
/// @param sameSize whether both have it
/// @param changed where they differ, in order, neighbours merged
public record ImageDiff(long sizeBytes, boolean sameSize, List<Range> changed) {
  /// The grain of the answer.
  public static final int BLOCK_BYTES = 64 << 10;

  private static final int STEP_BYTES = 1 << 20;

  public ImageDiff {
    changed = List.copyOf(changed);
  }

  /// Bytes in blocks that differ.
  public long changedBytes() {
    return changed.stream().mapToLong(Range::length).sum();
  }

  /// Compares two complete disks. Where both are known to be zero nothing is read.
  ///
  /// @param progress is told how many bytes are done
  public static ImageDiff between(BlockDevice a, BlockDevice b, LongConsumer progress)
      throws IOException {
    long size = Math.max(a.sizeBytes(), b.sizeBytes());
    List<Range> changed = new ArrayList<>();
    ByteBuffer left = ByteBuffer.allocateDirect(STEP_BYTES);
    ByteBuffer right = ByteBuffer.allocateDirect(STEP_BYTES);
    long at = 0;
    while (at < size) {
      int length = (int) Math.min(STEP_BYTES, size - at);
      boolean leftData = fill(a, at, left.clear().limit(length));
      boolean rightData = fill(b, at, right.clear().limit(length));
      if (leftData || rightData) {
        compare(at, left.flip(), right.flip(), changed);
      }
      at += length;
      progress.accept(at);
    }
    return new ImageDiff(size, a.sizeBytes() == b.sizeBytes(), Range.merged(changed));
  }

  /// @return whether there may be anything but zeros
  private static boolean fill(BlockDevice device, long offset, ByteBuffer target)
      throws IOException {
    int inside = Math.clamp(device.sizeBytes() - offset, 0, target.remaining());
    boolean data = false;
    if (inside > 0) {
      List<Extent> extents = device.extents(offset, inside, 1);
      data = extents.getFirst().kind() == Kind.DATA || extents.getFirst().end() < offset + inside;
    }
    if (data) {
      int limit = target.limit();
      device.read(offset, target.limit(target.position() + inside));
      target.limit(limit);
    }
    Zeros.fill(target);
    return data;
  }

  private static void compare(long offset, ByteBuffer left, ByteBuffer right, List<Range> changed) {
    int at = 0;
    while (at < left.limit()) {
      int mismatch =
          left.slice(at, left.limit() - at).mismatch(right.slice(at, right.limit() - at));
      if (mismatch < 0) {
        return;
      }
      int block = (at + mismatch) / BLOCK_BYTES * BLOCK_BYTES;
      int end = Math.min(left.limit(), block + BLOCK_BYTES);
      changed.add(new Range(offset + block, end - block));
      at = end;
    }
  }
}
