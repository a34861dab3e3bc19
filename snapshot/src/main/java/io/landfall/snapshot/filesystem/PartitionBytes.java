package io.landfall.snapshot.filesystem;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The bytes of a partition, little-endian, and not one beyond it.
///
/// @param device the disk
/// @param range the partition
record PartitionBytes(BlockDevice device, Range range) {
  private static final int MAX_READ_BYTES = 4 << 20;

  ByteBuffer read(long offset, int length) throws IOException {
    if (offset < 0 || length < 0 || length > MAX_READ_BYTES || offset > range.length() - length) {
      throw new CorruptImageException(
          Reason.BAD_POINTER,
          "%d bytes at %d are not within the partition of %d bytes"
              .formatted(length, offset, range.length()));
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    device.read(range.offset() + offset, bytes);
    return bytes.flip();
  }

  boolean has(long offset, int length) {
    return offset >= 0 && offset <= range.length() - length;
  }

  static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  static long u32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
