package io.landfall.snapshot.filesystem;

import static io.landfall.snapshot.filesystem.PartitionBytes.u16;
import static io.landfall.snapshot.filesystem.PartitionBytes.u32;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// Reads a disk's partition table: GPT, or MBR with logical partitions, in sectors of 512 bytes.
final class PartitionTable {
  private static final int SECTOR = 512;
  private static final int SIGNATURE = 0xAA55;
  private static final int MBR_ENTRIES = 446;
  private static final int PROTECTIVE = 0xEE;
  private static final int MAX_LOGICAL = 60;
  private static final int MAX_GPT_ENTRIES = 1024;
  private static final long GPT_MAGIC = 0x5452415020494645L; // "EFI PART", little-endian

  private final PartitionBytes disk;
  private final List<Partition> found = new ArrayList<>();

  private PartitionTable(BlockDevice device) {
    this.disk = new PartitionBytes(device, new Range(0, device.sizeBytes()));
  }

  /// The partitions of a disk; none if it has no table.
  static List<Partition> read(BlockDevice device) throws IOException {
    PartitionTable table = new PartitionTable(device);
    if (device.sizeBytes() < 2 * SECTOR) {
      return List.of();
    }
    ByteBuffer mbr = table.disk.read(0, SECTOR);
    if (u16(mbr, SECTOR - 2) != SIGNATURE) {
      return List.of();
    }
    if (Byte.toUnsignedInt(mbr.get(MBR_ENTRIES + 4)) == PROTECTIVE) {
      table.readGpt();
    } else {
      table.readMbr(mbr);
    }
    return table.found;
  }

  private void readMbr(ByteBuffer mbr) throws IOException {
    for (int i = 0; i < 4; i++) {
      int at = MBR_ENTRIES + 16 * i;
      int type = Byte.toUnsignedInt(mbr.get(at + 4));
      long start = u32(mbr, at + 8);
      if (isExtended(type)) {
        readLogical(start);
      } else if (type != 0) {
        add(i + 1, start, u32(mbr, at + 12), "MBR type %02x".formatted(type));
      }
    }
  }

  private static boolean isExtended(int type) {
    return type == 0x05 || type == 0x0F || type == 0x85;
  }

  /// A chain of tables, each with one partition and the place of the next.
  private void readLogical(long base) throws IOException {
    long at = base;
    for (int i = 0; i < MAX_LOGICAL; i++) {
      ByteBuffer table = disk.read(at * SECTOR, SECTOR);
      int type = Byte.toUnsignedInt(table.get(MBR_ENTRIES + 4));
      if (u16(table, SECTOR - 2) != SIGNATURE || type == 0) {
        return;
      }
      add(
          5 + i,
          at + u32(table, MBR_ENTRIES + 8),
          u32(table, MBR_ENTRIES + 12),
          "MBR type %02x".formatted(type));
      if (!isExtended(Byte.toUnsignedInt(table.get(MBR_ENTRIES + 16 + 4)))) {
        return;
      }
      at = base + u32(table, MBR_ENTRIES + 16 + 8);
    }
  }

  private void readGpt() throws IOException {
    ByteBuffer header = disk.read(SECTOR, SECTOR);
    long crc = u32(header, 16);
    int length = header.getInt(12);
    if (header.getLong(0) != GPT_MAGIC || length < 92 || length > SECTOR) {
      throw new CorruptImageException(
          Reason.INCONSISTENT, "GPT: no header in the disk's second sector");
    }
    header.putInt(16, 0);
    CRC32 actual = new CRC32();
    actual.update(header.slice(0, length));
    if (actual.getValue() != crc) {
      throw new CorruptImageException(
          Reason.INCONSISTENT, "GPT: the header does not agree with its checksum");
    }
    long entries = u32(header, 80);
    long size = u32(header, 84);
    if (entries > MAX_GPT_ENTRIES || size < 128 || size > 4096) {
      throw new CorruptImageException(
          Reason.OVER_LIMIT,
          "GPT: %d entries of %d bytes, expected at most %d of 128 to 4096"
              .formatted(entries, size, MAX_GPT_ENTRIES));
    }
    for (int i = 0; i < entries; i++) {
      addGpt(i + 1, disk.read(header.getLong(72) * SECTOR + i * size, 128));
    }
  }

  private void addGpt(int number, ByteBuffer entry) {
    if (entry.getLong(0) == 0 && entry.getLong(8) == 0) {
      return;
    }
    byte[] name = new byte[72];
    entry.get(56, name);
    String text = new String(name, StandardCharsets.UTF_16LE);
    int end = text.indexOf('\0');
    long first = entry.getLong(32);
    add(
        number,
        first,
        entry.getLong(40) - first + 1,
        Listing.printable(end < 0 ? text : text.substring(0, end)));
  }

  /// Leaves out what is not within the disk.
  private void add(int number, long firstSector, long sectors, String type) {
    long inAll = disk.range().length() / SECTOR;
    if (firstSector > 0 && sectors > 0 && firstSector <= inAll - sectors) {
      found.add(new Partition(number, new Range(firstSector * SECTOR, sectors * SECTOR), type));
    }
  }
}
