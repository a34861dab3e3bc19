package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A disk that reads as overlay over base, but whose extents are the overlay's own: a hole is a
/// range in which nothing changed.
///
/// That is how a changed disk is offered to the submit host, which has the base: it asks for what
/// is no hole.
final class ChangedDevice implements BlockDevice {
  private static final int EXTENTS_AT_ONCE = 4096;

  private final BlockDevice overlay;
  private final BlockDevice whole;

  /// Takes ownership of both.
  ChangedDevice(BlockDevice overlay, BlockDevice base) {
    this.overlay = overlay;
    this.whole = LayeredDevice.over(overlay, base);
  }

  /// The ranges of a device that are not holes, in order.
  static List<Range> changes(BlockDevice device) throws IOException {
    List<Range> changes = new ArrayList<>();
    long size = device.sizeBytes();
    for (long at = 0; at < size; ) {
      List<Extent> extents = device.extents(at, size - at, EXTENTS_AT_ONCE);
      for (Extent extent : extents) {
        if (extent.kind() != Extent.Kind.HOLE) {
          changes.add(new Range(extent.offset(), extent.length()));
        }
      }
      at = extents.getLast().end();
    }
    return changes;
  }

  @Override
  public long sizeBytes() {
    return whole.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    whole.read(offset, target);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    return overlay.extents(offset, length, limit);
  }

  @Override
  public void close() throws IOException {
    whole.close();
  }
}
