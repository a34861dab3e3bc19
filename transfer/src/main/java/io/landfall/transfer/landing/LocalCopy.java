package io.landfall.transfer.landing;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Copies ranges of local devices into the part file, leaving holes where the device has nothing.
/// Between two raw files the kernel copies (copy_file_range, a reflink where the file system can).
/// One thread.
final class LocalCopy {
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int EXTENTS_AT_ONCE = 256;

  /// Is told of each range that is in the part file now.
  interface Arrival {
    void arrived(long offset, long length) throws IOException;
  }

  private final RawFile part;
  private final Arrival arrival;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK_BYTES);
  private long copiedBytes;

  LocalCopy(RawFile part, Arrival arrival) {
    this.part = part;
    this.arrival = arrival;
  }

  /// Copies `length` bytes at `from` of `device` to `to`. What lies behind the device's end is
  /// zero.
  void copy(BlockDevice device, long from, long to, long length) throws IOException {
    long shift = to - from;
    long end = Math.min(from + length, device.sizeBytes());
    long at = from;
    while (at < end) {
      for (Extent extent : device.extents(at, end - at, EXTENTS_AT_ONCE)) {
        if (extent.kind() == Extent.Kind.DATA) {
          copyData(device, new Range(extent.offset(), extent.length()), shift);
        } else {
          arrival.arrived(extent.offset() + shift, extent.length());
        }
        at = extent.end();
      }
    }
    if (at < from + length) {
      arrival.arrived(at + shift, from + length - at);
    }
  }

  /// Bytes that were copied, and not found to be zero.
  long copiedBytes() {
    return copiedBytes;
  }

  private void copyData(BlockDevice device, Range range, long shift) throws IOException {
    long at = range.offset();
    while (at < range.end()) {
      int count = (int) Math.min(BLOCK_BYTES, range.end() - at);
      if (device instanceof RawFile raw) {
        copyInKernel(raw, at, at + shift, count);
      } else {
        copyBlock(device, at, at + shift, count);
      }
      arrival.arrived(at + shift, count);
      at += count;
    }
  }

  private void copyInKernel(RawFile raw, long from, long to, int count) throws IOException {
    part.channel().position(to); // nobody else uses the position: all other writes name theirs
    long done = 0;
    while (done < count) {
      long moved = raw.channel().transferTo(from + done, count - done, part.channel());
      if (moved <= 0) {
        copyBlock(raw, from + done, to + done, (int) (count - done));
        return;
      }
      done += moved;
    }
    copiedBytes += count;
  }

  private void copyBlock(BlockDevice device, long from, long to, int count) throws IOException {
    buffer.clear().limit(count);
    device.read(from, buffer);
    buffer.flip();
    if (!Chunks.isZero(buffer)) {
      part.write(to, buffer);
      copiedBytes += count;
    }
  }
}
