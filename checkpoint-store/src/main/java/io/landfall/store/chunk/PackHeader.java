package io.landfall.store.chunk;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/// The first 64 bytes of a pack. Big-endian.
///
/// ```
///  0  8  magic     4C 46 50 41 43 4B 00 01  "LFPACK" and the version, 1
///  8  1  kind      1 disk, 2 memory, 3 meta
///  9  7  reserved  0
/// 16 16  store     the UUID in the store's FORMAT file
/// 32  8  sequence  the number in the pack's name; never used twice
/// 40 20  reserved  0
/// 60  4  crc       CRC32C of bytes 0 to 59
/// ```
///
/// @param kind what the pack holds
/// @param store the store it belongs to
/// @param sequence its number
public record PackHeader(PackKind kind, UUID store, long sequence) {
  /// Bytes of a header.
  public static final int SIZE_BYTES = 64;

  private static final long MAGIC = 0x4C465041434B0000L;
  private static final int VERSION = 1;
  private static final int CRC_OFFSET = 60;

  ByteBuffer toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES);
    bytes.putLong(MAGIC | VERSION).put(kind.code());
    bytes.putLong(16, store.getMostSignificantBits()).putLong(24, store.getLeastSignificantBits());
    bytes.putLong(32, sequence);
    bytes.putInt(CRC_OFFSET, crc(bytes.slice(0, CRC_OFFSET)));
    return bytes.clear();
  }

  /// Reads the header of the pack at `path`.
  ///
  /// @throws DamagedPackException if these are not the first bytes of a pack this version reads
  public static PackHeader readFrom(ByteBuffer bytes, Path path) throws DamagedPackException {
    if (bytes.remaining() < SIZE_BYTES) {
      throw new DamagedPackException(
          path, 0, "a header of " + bytes.remaining() + " bytes, expected " + SIZE_BYTES);
    }
    ByteBuffer header = bytes.slice(bytes.position(), SIZE_BYTES);
    long magic = header.getLong(0);
    if ((magic & ~0xFFFFL) != MAGIC) {
      throw new DamagedPackException(
          path, 0, "not a pack: it starts with %016X, expected %016X".formatted(magic, MAGIC | 1));
    }
    if (crc(header.slice(0, CRC_OFFSET)) != header.getInt(CRC_OFFSET)) {
      throw new DamagedPackException(path, 0, "its header does not agree with its checksum");
    }
    if ((magic & 0xFFFF) != VERSION) {
      throw new DamagedPackException(
          path,
          0,
          "format version "
              + (magic & 0xFFFF)
              + ", this version of Landfall reads "
              + VERSION
              + ": use a newer Landfall");
    }
    byte code = header.get(8);
    PackKind kind =
        PackKind.ofCode(code)
            .orElseThrow(
                () -> new DamagedPackException(path, 8, "kind " + code + ", expected 1 to 3"));
    UUID store = new UUID(header.getLong(16), header.getLong(24));
    return new PackHeader(kind, store, header.getLong(32));
  }

  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
