package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The header of a sparse extent, one sector, little endian:
///
/// ```
///  0 "KDMV"  4 version  8 flags  12 capacity (8)  20 grain size (8)
/// 28 descriptor offset (8)  36 descriptor size (8)  44 entries per grain table
/// 48 redundant directory (8)  56 grain directory (8)  64 overhead (8)
/// 72 unclean shutdown (1)  73 "\n \r\n"  77 compression (2)
/// ```
///
/// All sizes and places are in sectors.
record SparseHeader(
    int version,
    int flags,
    long capacity,
    long grainSectors,
    long descriptorOffset,
    long descriptorSectors,
    int tableEntries,
    long redundantDirectory,
    long directory,
    long overhead) {
  static final int MAGIC = 0x564D444B; // "KDMV" read as little endian
  static final long DIRECTORY_AT_END = -1;

  static final int FLAG_NEWLINES = 1;
  static final int FLAG_REDUNDANT = 1 << 1;
  static final int FLAG_ZEROED_GRAINS = 1 << 2;
  static final int FLAG_COMPRESSED = 1 << 16;
  static final int FLAG_MARKERS = 1 << 17;
  static final int FLAGS_KNOWN =
      FLAG_NEWLINES | FLAG_REDUNDANT | FLAG_ZEROED_GRAINS | FLAG_COMPRESSED | FLAG_MARKERS;

  static final int TABLE_ENTRIES = 512;
  static final long MAX_GRAIN_SECTORS = 4096;

  /// 8 TiB of disk at grains of 64 KiB.
  static final long MAX_DIRECTORY_ENTRIES = 1 << 18;

  static final int NEWLINES = 0x0A0D200A; // "\n \r\n" read as little endian
  static final int COMPRESSION_DEFLATE = 1;

  boolean compressed() {
    return (flags & FLAG_COMPRESSED) != 0;
  }

  boolean zeroedGrains() {
    return (flags & FLAG_ZEROED_GRAINS) != 0;
  }

  /// Sectors of disk that one grain table stands for.
  long tableSpan() {
    return grainSectors * tableEntries;
  }

  int directoryEntries() {
    return (int) Math.ceilDiv(capacity, tableSpan());
  }

  int tableBytes() {
    return tableEntries * Integer.BYTES;
  }

  long grainBytes() {
    return grainSectors * Sectors.BYTES;
  }

  static SparseHeader read(ImageFile file, long offset) throws IOException {
    ByteBuffer bytes =
        file.read(offset, Sectors.BYTES, "VMDK header").order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getInt(0) != MAGIC) {
      throw file.refuse(
          Reason.WRONG_MAGIC,
          "starts with %08x, a sparse extent with \"KDMV\"".formatted(bytes.getInt(0)));
    }
    SparseHeader header =
        new SparseHeader(
            bytes.getInt(4),
            bytes.getInt(8),
            bytes.getLong(12),
            bytes.getLong(20),
            bytes.getLong(28),
            bytes.getLong(36),
            bytes.getInt(44),
            bytes.getLong(48),
            bytes.getLong(56),
            bytes.getLong(64));
    header.requireKnown(file, bytes);
    header.requireSane(file);
    return header;
  }

  private void requireKnown(ImageFile file, ByteBuffer bytes) throws IOException {
    if (version < 1 || version > 3) {
      throw file.refuse(
          Reason.UNSUPPORTED,
          "VMDK version " + Integer.toUnsignedString(version) + ", known are 1 to 3");
    }
    if ((flags & ~FLAGS_KNOWN) != 0) {
      throw file.refuse(Reason.UNSUPPORTED, "VMDK flags %08x, not all known".formatted(flags));
    }
    if ((flags & FLAG_NEWLINES) != 0 && bytes.getInt(73) != NEWLINES) {
      throw file.refuse(
          Reason.BAD_DATA, "was damaged by a transfer as text; transfer it again as binary");
    }
    boolean markers = (flags & FLAG_MARKERS) != 0;
    int expected = compressed() ? COMPRESSION_DEFLATE : 0;
    if (markers != compressed() || bytes.getShort(77) != expected) {
      throw file.refuse(
          Reason.INCONSISTENT,
          "flags %08x and compression %d contradict each other"
              .formatted(flags, bytes.getShort(77)));
    }
  }

  private void requireSane(ImageFile file) throws IOException {
    if (grainSectors < 8 || grainSectors > MAX_GRAIN_SECTORS || Long.bitCount(grainSectors) != 1) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "grains of %s sectors, expected a power of two from 8 to %d"
              .formatted(Long.toUnsignedString(grainSectors), MAX_GRAIN_SECTORS));
    }
    if (tableEntries < 1 || tableEntries > TABLE_ENTRIES) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "grain tables of %s entries, expected 1 to 512"
              .formatted(Integer.toUnsignedString(tableEntries)));
    }
    if (capacity < 1 || Math.ceilDiv(capacity, tableSpan()) > MAX_DIRECTORY_ENTRIES) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "capacity of %s sectors, expected 1 to %d"
              .formatted(Long.toUnsignedString(capacity), MAX_DIRECTORY_ENTRIES * tableSpan()));
    }
  }
}
