package io.landfall.transfer.landing;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.nio.ByteBuffer;
import java.util.List;

/// A device of any size whose bytes follow from their offset, so that it takes no memory.
record PatternDevice(long sizeBytes) implements BlockDevice {

  static long word(long index) {
    long x = index * 0x9E3779B97F4A7C15L;
    return x ^ (x >>> 29);
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    long at = offset;
    while (target.remaining() >= Long.BYTES && at % Long.BYTES == 0) {
      target.putLong(word(at / Long.BYTES));
      at += Long.BYTES;
    }
    while (target.hasRemaining()) {
      target.put((byte) (word(at / Long.BYTES) >>> (8 * (7 - at % Long.BYTES))));
      at++;
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    return List.of(new Extent(offset, length, Extent.Kind.DATA));
  }

  @Override
  public void close() {}
}
