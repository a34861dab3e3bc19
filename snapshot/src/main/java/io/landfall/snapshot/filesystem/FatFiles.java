package io.landfall.snapshot.filesystem;

import static io.landfall.snapshot.filesystem.PartitionBytes.u16;
import static io.landfall.snapshot.filesystem.PartitionBytes.u32;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.filesystem.FileEntry.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;

/// Lists FAT12, FAT16 and FAT32, with long names.
final class FatFiles {
  private static final int ENTRY = 32;
  private static final int MAX_DIRECTORY_BYTES = 65_536 * ENTRY;

  private final PartitionBytes bytes;
  private final Listing listing;
  private final ByteBuffer boot;
  private final int clusterBytes;
  private final long fatOffset;
  private final long rootOffset;
  private final int rootBytes;
  private final long dataOffset;
  private final long clusters;

  private FatFiles(PartitionBytes bytes, Listing listing, ByteBuffer boot)
      throws CorruptImageException {
    this.bytes = bytes;
    this.listing = listing;
    this.boot = boot;
    int sector = u16(boot, 11);
    this.clusterBytes = sector * Byte.toUnsignedInt(boot.get(13));
    this.fatOffset = (long) sector * u16(boot, 14);
    long fatSectors = u16(boot, 22) != 0 ? u16(boot, 22) : u32(boot, 36);
    this.rootOffset = fatOffset + Byte.toUnsignedInt(boot.get(16)) * fatSectors * sector;
    this.rootBytes = u16(boot, 17) * ENTRY;
    this.dataOffset = rootOffset + Math.ceilDiv(rootBytes, sector) * (long) sector;
    long sectors = u16(boot, 19) != 0 ? u16(boot, 19) : u32(boot, 32);
    this.clusters = (sectors * sector - dataOffset) / clusterBytes;
    if (clusters < 1 || dataOffset > bytes.range().length()) {
      throw new CorruptImageException(
          Reason.INCONSISTENT, "FAT: its tables are larger than the partition");
    }
  }

  /// The name of the file system, if it is one of these.
  static Optional<String> probe(PartitionBytes bytes) throws IOException {
    if (!bytes.has(0, 512)) {
      return Optional.empty();
    }
    ByteBuffer boot = bytes.read(0, 512);
    int jump = Byte.toUnsignedInt(boot.get(0));
    int sector = u16(boot, 11);
    int perCluster = Byte.toUnsignedInt(boot.get(13));
    boolean plausible =
        (jump == 0xEB || jump == 0xE9)
            && u16(boot, 510) == 0xAA55
            && sector >= 512
            && sector <= 4096
            && Integer.bitCount(sector) == 1
            && Integer.bitCount(perCluster) == 1
            && u16(boot, 14) > 0
            && (boot.get(16) == 1 || boot.get(16) == 2)
            && Byte.toUnsignedInt(boot.get(21)) >= 0xF0;
    return plausible
        ? Optional.of("FAT" + new FatFiles(bytes, new Listing(0), boot).bits())
        : Optional.empty();
  }

  static void list(PartitionBytes bytes, Listing listing) throws IOException {
    FatFiles files = new FatFiles(bytes, listing, bytes.read(0, 512));
    if (files.bits() == 32) {
      files.directory(u32(files.boot, 44), "", 0);
    } else {
      files.entries(bytes.read(files.rootOffset, files.rootBytes), "", 0);
    }
  }

  /// The number of clusters decides, and nothing else does.
  private int bits() {
    return clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
  }

  private void directory(long first, String path, int depth) throws IOException {
    if (!listing.enter(first, depth)) {
      return;
    }
    ByteBuffer all =
        ByteBuffer.allocate(0).order(java.nio.ByteOrder.LITTLE_ENDIAN); // grows cluster by cluster
    for (long cluster = first; cluster >= 2 && cluster < clusters + 2; cluster = next(cluster)) {
      listing.block();
      if (all.capacity() + clusterBytes > MAX_DIRECTORY_BYTES) {
        throw new CorruptImageException(
            Reason.OVER_LIMIT, "FAT: directory " + path + "/ has more than 65536 entries");
      }
      ByteBuffer longer = ByteBuffer.allocate(all.capacity() + clusterBytes).order(all.order());
      longer.put(all.clear());
      longer.put(bytes.read(dataOffset + (cluster - 2) * clusterBytes, clusterBytes));
      all = longer;
    }
    entries(all, path, depth);
  }

  private long next(long cluster) throws IOException {
    return switch (bits()) {
      case 12 -> {
        int pair = u16(bytes.read(fatOffset + cluster * 3 / 2, 2), 0);
        yield cluster % 2 == 0 ? pair & 0xFFF : pair >> 4;
      }
      case 16 -> u16(bytes.read(fatOffset + cluster * 2, 2), 0);
      default -> u32(bytes.read(fatOffset + cluster * 4, 4), 0) & 0x0FFFFFFF;
    };
  }

  private void entries(ByteBuffer all, String path, int depth) throws IOException {
    StringBuilder longName = new StringBuilder();
    for (int at = 0; at + ENTRY <= all.capacity() && all.get(at) != 0; at += ENTRY) {
      int attributes = Byte.toUnsignedInt(all.get(at + 11));
      if (Byte.toUnsignedInt(all.get(at)) == 0xE5 || all.get(at) == '.') {
        longName.setLength(0);
      } else if ((attributes & 0x3F) == 0x0F) {
        longName.insert(0, longNamePart(all, at));
      } else {
        if ((attributes & 0x08) == 0) {
          String name = longName.isEmpty() ? shortName(all, at) : longName.toString();
          entry(all, at, path + "/" + Listing.printable(name), attributes, depth);
        }
        longName.setLength(0);
      }
    }
  }

  private void entry(ByteBuffer all, int at, String path, int attributes, int depth)
      throws IOException {
    boolean directory = (attributes & 0x10) != 0;
    listing.add(
        new FileEntry(
            path,
            directory ? Kind.DIRECTORY : Kind.FILE,
            directory ? 0 : u32(all, at + 28),
            time(u16(all, at + 24), u16(all, at + 22))));
    if (directory) {
      directory(u16(all, at + 26) | (long) u16(all, at + 20) << 16, path, depth + 1);
    }
  }

  private static String longNamePart(ByteBuffer all, int at) {
    StringBuilder part = new StringBuilder();
    for (int i : new int[] {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30}) {
      char c = (char) u16(all, at + i);
      if (c == 0) {
        break;
      }
      part.append(c);
    }
    return part.toString();
  }

  private static String shortName(ByteBuffer all, int at) {
    byte[] name = new byte[11];
    all.get(at, name);
    int lowerCase = all.get(at + 12);
    String base = part(name, 0, 8, (lowerCase & 0x08) != 0);
    String extension = part(name, 8, 3, (lowerCase & 0x10) != 0);
    return extension.isEmpty() ? base : base + "." + extension;
  }

  /// Half of a short name: upper case on the disk, and lower where a bit says so.
  private static String part(byte[] name, int from, int length, boolean lowerCase) {
    String text = new String(name, from, length, StandardCharsets.ISO_8859_1).strip();
    return lowerCase ? text.toLowerCase(Locale.ROOT) : text;
  }

  /// FAT knows no time zones; UTC is as good as any.
  private static Instant time(int date, int time) {
    try {
      return LocalDateTime.of(
              1980 + (date >> 9),
              date >> 5 & 15,
              date & 31,
              time >> 11,
              time >> 5 & 63,
              Math.min(59, (time & 31) * 2))
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }
}
