package io.landfall.snapshot.overlay;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The first 4 KiB of an overlay file; never changes after creation.
///
/// ```
///  0  8  "LANDOVL" and a zero byte
///  8  4  version, 1
/// 12  4  block size in bytes, 65536
/// 16  8  size of the disk in bytes
/// 24  8  offset of the map
/// 32  8  offset of block 0
/// 40  4  CRC32C of bytes 0 to 39
/// ```
///
/// @param sizeBytes of the disk
record OverlayHeader(long sizeBytes) {
  static final int HEADER_BYTES = 4096;
  static final int BLOCK_BYTES = 64 * 1024;

  /// 64 TiB, whose map is 256 MiB.
  static final long MAX_SIZE_BYTES = 64L << 40;

  private static final long MAGIC = 0x4C414E444F564C00L;
  private static final int VERSION = 1;
  private static final int CHECKED_BYTES = 40;

  OverlayHeader {
    if (sizeBytes < 0 || sizeBytes > MAX_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "overlay of " + sizeBytes + " bytes, expected 0 to " + MAX_SIZE_BYTES);
    }
  }

  long blocks() {
    return Math.ceilDiv(sizeBytes, BLOCK_BYTES);
  }

  long mapOffset() {
    return HEADER_BYTES;
  }

  /// Block 0, aligned so that a block is whole blocks of any file system.
  long dataOffset() {
    long mapEnd = mapOffset() + BlockStates.mapBytes(blocks());
    return Math.ceilDiv(mapEnd, BLOCK_BYTES) * BLOCK_BYTES;
  }

  long fileBytes() {
    return dataOffset() + blocks() * BLOCK_BYTES;
  }

  ByteBuffer toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(BLOCK_BYTES).putLong(sizeBytes);
    bytes.putLong(mapOffset()).putLong(dataOffset());
    bytes.putInt(checksum(bytes));
    return bytes.clear();
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, CHECKED_BYTES));
    return (int) crc.getValue();
  }

  /// Reads and checks a header.
  ///
  /// @param name of the file, for the refusal
  static OverlayHeader parse(ByteBuffer bytes, long fileBytes, String name)
      throws CorruptImageException {
    if (bytes.remaining() < HEADER_BYTES || bytes.getLong(0) != MAGIC) {
      throw new CorruptImageException(
          Reason.WRONG_MAGIC, name + ": is no overlay of ours, which starts with \"LANDOVL\"");
    }
    if (bytes.getInt(8) != VERSION || bytes.getInt(12) != BLOCK_BYTES) {
      throw new CorruptImageException(
          Reason.UNSUPPORTED,
          "%s: overlay version %d with blocks of %d bytes, known is version 1 with 65536"
              .formatted(name, bytes.getInt(8), bytes.getInt(12)));
    }
    long size = bytes.getLong(16);
    if (bytes.getInt(CHECKED_BYTES) != checksum(bytes) || size < 0 || size > MAX_SIZE_BYTES) {
      throw new CorruptImageException(Reason.BAD_DATA, name + ": the header is damaged");
    }
    OverlayHeader header = new OverlayHeader(size);
    if (bytes.getLong(24) != header.mapOffset() || bytes.getLong(32) != header.dataOffset()) {
      throw new CorruptImageException(
          Reason.INCONSISTENT, name + ": map or data lie elsewhere than the size of the disk says");
    }
    if (fileBytes < header.fileBytes()) {
      throw new CorruptImageException(
          Reason.TRUNCATED,
          "%s: ends at %d, expected %d".formatted(name, fileBytes, header.fileBytes()));
    }
    return header;
  }
}
