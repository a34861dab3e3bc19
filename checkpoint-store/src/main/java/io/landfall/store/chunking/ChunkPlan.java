package io.landfall.store.chunking;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/// Which chunks of a device must be read to be known.
///
/// @param sizeBytes of the device
/// @param chunkSizeBytes of the plan
/// @param toRead bit `i` is set if chunk `i` must be read; a chunk that is neither set nor known
///   otherwise is zero
public record ChunkPlan(long sizeBytes, int chunkSizeBytes, BitSet toRead) {
  private static final int EXTENTS_AT_ONCE = 1024;

  /// Every chunk that holds data. The device is complete: its holes read as zeros.
  public static ChunkPlan ofData(BlockDevice device, int chunkSizeBytes) throws IOException {
    ChunkPlan plan = empty(device, chunkSizeBytes);
    plan.addExtents(device, new Range(0, device.sizeBytes()), false);
    return plan;
  }

  /// Every chunk that a changed range touches, unless the device says that it is all zeros.
  ///
  /// A hole within a changed chunk is read: it may be one in a layer, where the base shows through.
  public static ChunkPlan ofChanges(BlockDevice device, int chunkSizeBytes, List<Range> changed)
      throws IOException {
    ChunkPlan plan = empty(device, chunkSizeBytes);
    for (Range range : Range.merged(changed)) {
      plan.addExtents(device, range.alignedOut(chunkSizeBytes, device.sizeBytes()), true);
    }
    return plan;
  }

  private static ChunkPlan empty(BlockDevice device, int chunkSizeBytes) {
    long chunks = Chunks.count(device.sizeBytes(), Chunks.requireChunkSize(chunkSizeBytes));
    if (chunks > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "device of " + device.sizeBytes() + " bytes: more than 2^31 chunks; use larger chunks");
    }
    return new ChunkPlan(device.sizeBytes(), chunkSizeBytes, new BitSet((int) chunks));
  }

  private void addExtents(BlockDevice device, Range within, boolean readHoles) throws IOException {
    long at = within.offset();
    while (at < within.end()) {
      for (Extent extent : device.extents(at, within.end() - at, EXTENTS_AT_ONCE)) {
        if (extent.kind() == Extent.Kind.DATA || (readHoles && extent.kind() == Extent.Kind.HOLE)) {
          add(new Range(extent.offset(), extent.length()));
        }
        at = extent.end();
      }
    }
  }

  private void add(Range range) {
    toRead.set(
        (int) (range.offset() / chunkSizeBytes), (int) ((range.end() - 1) / chunkSizeBytes) + 1);
  }

  /// The bytes of all chunks to be read.
  public long bytesToRead() {
    long bytes = (long) toRead.cardinality() * chunkSizeBytes;
    long last = Chunks.count(sizeBytes, chunkSizeBytes) - 1;
    boolean shortLast = last >= 0 && toRead.get((int) last);
    return shortLast
        ? bytes - chunkSizeBytes + Chunks.length(last, sizeBytes, chunkSizeBytes)
        : bytes;
  }
}
