package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.format.file.NonZeroRuns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/// Walks over two disks of one size and hands out the grains of the first that differ from those of
/// the second. Where neither has data nothing is read.
final class DifferingGrains {
  private static final int PIECE_BYTES = 32 * VmdkWriter.GRAIN_BYTES;

  private DifferingGrains() {}

  static void visit(
      BlockDevice disk, BlockDevice other, LongConsumer progress, NonZeroRuns.Visitor visitor)
      throws IOException {
    long size = disk.sizeBytes();
    if (other.sizeBytes() != size) {
      throw new IllegalArgumentException(
          "disks of %d and %d bytes: expected one size".formatted(size, other.sizeBytes()));
    }
    ByteBuffer ours = ByteBuffer.allocateDirect(PIECE_BYTES);
    ByteBuffer theirs = ByteBuffer.allocateDirect(PIECE_BYTES);
    for (long at = 0; at < size; progress.accept(at)) {
      long quiet = Math.min(zerosUntil(disk, at), zerosUntil(other, at));
      if (quiet > at) {
        at = quiet;
        continue;
      }
      int length = (int) Math.min(PIECE_BYTES, size - at);
      disk.read(at, ours.clear().limit(length));
      other.read(at, theirs.clear().limit(length));
      handOut(at, ours.flip(), theirs.flip(), visitor);
      at += length;
    }
  }

  /// The first grain from `at` on that may hold data.
  private static long zerosUntil(BlockDevice disk, long at) throws IOException {
    Extent extent = disk.extents(at, disk.sizeBytes() - at, 1).getFirst();
    if (extent.kind() == Extent.Kind.DATA) {
      return at;
    }
    return extent.end() == disk.sizeBytes()
        ? extent.end()
        : extent.end() / VmdkWriter.GRAIN_BYTES * VmdkWriter.GRAIN_BYTES;
  }

  private static void handOut(
      long offset, ByteBuffer ours, ByteBuffer theirs, NonZeroRuns.Visitor visitor)
      throws IOException {
    for (int grain = 0; grain < ours.limit(); grain += VmdkWriter.GRAIN_BYTES) {
      int length = Math.min(VmdkWriter.GRAIN_BYTES, ours.limit() - grain);
      ByteBuffer bytes = ours.slice(grain, length);
      if (!bytes.equals(theirs.slice(grain, length))) {
        visitor.visit(offset + grain, bytes);
      }
    }
  }
}
