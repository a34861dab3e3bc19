package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A disk that reads as overlay over base, but whose extents are the overlay's own: a hole is a
/// range in which nothing changed.
///
/// That is how a changed disk is offered to the submit host, which has the base: it asks for what
/// is no hole. What was written is known without a look at the base; what of it is the base's
/// content again is known when the chunks have names, and is a hole from then on.
final class ChangedDevice implements BlockDevice {
  private static final int EXTENTS_AT_ONCE = 4096;

  private final BlockDevice overlay;
  private final BlockDevice whole;
  private final int chunkSizeBytes;
  private final BitSet asBefore; // chunks

  /// Takes ownership of both.
  ChangedDevice(BlockDevice overlay, BlockDevice base) {
    this(overlay, LayeredDevice.over(overlay, base), Integer.MAX_VALUE, new BitSet());
  }

  private ChangedDevice(
      BlockDevice overlay, BlockDevice whole, int chunkSizeBytes, BitSet asBefore) {
    this.overlay = overlay;
    this.whole = whole;
    this.chunkSizeBytes = chunkSizeBytes;
    this.asBefore = asBefore;
  }

  /// The same device, which is handed over, without the chunks that have the base's content again.
  ///
  /// @param base names of the base's chunks
  /// @param now names of this device's, of the same size
  ChangedDevice without(Manifest base, Manifest now) {
    BitSet equal = new BitSet();
    for (int chunk = 0; chunk < now.chunkCount(); chunk++) {
      equal.set(chunk, now.chunk(chunk).equals(base.chunk(chunk)));
    }
    return new ChangedDevice(overlay, whole, now.chunkSizeBytes(), equal);
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
    if (asBefore.isEmpty()) {
      return overlay.extents(offset, length, limit);
    }
    ExtentCollector changed = new ExtentCollector(offset, length, limit, sizeBytes());
    while (changed.wantsMore()) {
      for (Extent extent :
          overlay.extents(changed.position(), changed.remaining(), EXTENTS_AT_ONCE)) {
        add(extent, changed);
        if (!changed.wantsMore()) {
          break;
        }
      }
    }
    return changed.toList();
  }

  private void add(Extent extent, ExtentCollector changed) {
    for (long at = extent.offset(); at < extent.end() && changed.wantsMore(); ) {
      long chunk = at / chunkSizeBytes;
      long end = Math.min(extent.end(), (chunk + 1) * chunkSizeBytes);
      boolean equal = asBefore.get((int) chunk);
      changed.add(equal ? Extent.Kind.HOLE : extent.kind(), end - at);
      at = end;
    }
  }

  @Override
  public void close() throws IOException {
    whole.close();
  }
}
