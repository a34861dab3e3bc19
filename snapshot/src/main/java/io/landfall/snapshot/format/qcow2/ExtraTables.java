package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads the tables beside the mapping: internal snapshots and dirty bitmaps. Both are listed, and
/// their clusters claimed, so that no guest data is said to lie in them.
final class ExtraTables {
  private static final int SNAPSHOT_HEAD_BYTES = 40;
  private static final int BITMAP_HEAD_BYTES = 24;
  private static final int MAX_BITMAP_DIRECTORY_BYTES = Layout.MAX_BITMAPS * 2048;
  private static final int MIN_GRANULARITY_BITS = 9;
  private static final int MAX_GRANULARITY_BITS = 31;
  private static final int BITMAP_IN_USE = 1;
  private static final int BITMAP_AUTO = 2;
  private static final int BITMAP_FLAGS_KNOWN = 7;

  private final ImageFile file;
  private final Header header;
  private final ClusterClaims claims;

  ExtraTables(ImageFile file, Header header, ClusterClaims claims) {
    this.file = file;
    this.header = header;
    this.claims = claims;
  }

  /// The names of the internal snapshots. An entry has no length of its own, so they are walked one
  /// by one; the names are bounded by the format to 64 KiB each.
  List<String> snapshots() throws IOException {
    List<String> names = new ArrayList<>();
    long start = header.snapshotsOffset();
    long at = start;
    for (int i = 0; i < header.snapshots(); i++) {
      ByteBuffer head = file.read(at, SNAPSHOT_HEAD_BYTES, "internal snapshot " + i);
      int idBytes = Short.toUnsignedInt(head.getShort(12));
      int nameBytes = Short.toUnsignedInt(head.getShort(14));
      int extraBytes = head.getInt(36);
      if (extraBytes < 0 || extraBytes > Layout.MAX_SNAPSHOT_EXTRA_BYTES) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "internal snapshot %d with %s extra bytes, at most %d"
                .formatted(
                    i, Integer.toUnsignedString(extraBytes), Layout.MAX_SNAPSHOT_EXTRA_BYTES));
      }
      long nameAt = at + SNAPSHOT_HEAD_BYTES + extraBytes + idBytes;
      names.add(text(nameAt, nameBytes, "name of internal snapshot " + i));
      claimTable(head.getLong(0), head.getInt(8), "L1 table of internal snapshot " + i);
      at = Math.ceilDiv(nameAt + nameBytes, Long.BYTES) * Long.BYTES;
    }
    if (at > start) {
      claims.claim(
          start, Math.ceilDiv(at - start, header.clusterBytes()), "internal snapshot table");
    }
    return List.copyOf(names);
  }

  private String text(long offset, int bytes, String what) throws IOException {
    return StandardCharsets.UTF_8.decode(file.read(offset, bytes, what)).toString();
  }

  private void claimTable(long offset, int entries, String what) throws IOException {
    if (entries < 0 || entries > Layout.MAX_L1_BYTES / Long.BYTES) {
      throw file.refuse(
          Reason.OVER_LIMIT, what + " with " + Integer.toUnsignedString(entries) + " entries");
    }
    if (entries > 0) {
      claims.claim(offset, Math.ceilDiv((long) entries * Long.BYTES, header.clusterBytes()), what);
    }
  }

  /// The bitmaps of a consistent directory.
  List<Bitmap> bitmaps() throws IOException {
    List<Bitmap> bitmaps = new ArrayList<>();
    if (header.bitmaps() == 0) {
      return bitmaps;
    }
    long bytes = header.bitmapsBytes();
    if (bytes < BITMAP_HEAD_BYTES || bytes > MAX_BITMAP_DIRECTORY_BYTES) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "bitmap directory of %s bytes, at most %d"
              .formatted(Long.toUnsignedString(bytes), MAX_BITMAP_DIRECTORY_BYTES));
    }
    claims.claim(
        header.bitmapsOffset(), Math.ceilDiv(bytes, header.clusterBytes()), "bitmap directory");
    ByteBuffer directory = file.read(header.bitmapsOffset(), (int) bytes, "bitmap directory");
    for (int i = 0; i < header.bitmaps(); i++) {
      bitmaps.add(bitmap(directory, i));
    }
    return List.copyOf(bitmaps);
  }

  private Bitmap bitmap(ByteBuffer directory, int index) throws IOException {
    int start = directory.position();
    if (directory.remaining() < BITMAP_HEAD_BYTES) {
      throw truncated(index);
    }
    long tableOffset = directory.getLong(start);
    int tableEntries = directory.getInt(start + 8);
    int flags = directory.getInt(start + 12);
    int type = Byte.toUnsignedInt(directory.get(start + 16));
    int granularityBits = Byte.toUnsignedInt(directory.get(start + 17));
    int nameBytes = Short.toUnsignedInt(directory.getShort(start + 18));
    int extraBytes = directory.getInt(start + 20);
    if ((flags & ~BITMAP_FLAGS_KNOWN) != 0
        || type != 1
        || granularityBits < MIN_GRANULARITY_BITS
        || granularityBits > MAX_GRANULARITY_BITS) {
      throw file.refuse(
          Reason.UNSUPPORTED,
          "bitmap %d has flags %x, type %d and granularity 2^%d"
              .formatted(index, flags, type, granularityBits));
    }
    long end = start + BITMAP_HEAD_BYTES + Integer.toUnsignedLong(extraBytes) + nameBytes;
    if (extraBytes < 0 || end > directory.limit()) {
      throw truncated(index);
    }
    byte[] name = new byte[nameBytes];
    directory.get((int) end - nameBytes, name);
    directory.position((int) Math.min(directory.limit(), Math.ceilDiv(end, 8) * 8));
    claimBitmap(tableOffset, tableEntries, index);
    return new Bitmap(
        new String(name, StandardCharsets.UTF_8),
        1 << granularityBits,
        (flags & BITMAP_IN_USE) != 0,
        (flags & BITMAP_AUTO) != 0);
  }

  private IOException truncated(int index) {
    return file.refuse(Reason.TRUNCATED, "the bitmap directory ends inside of bitmap " + index);
  }

  private void claimBitmap(long tableOffset, int entries, int index) throws IOException {
    String what = "table of bitmap " + index;
    claimTable(tableOffset, entries, what);
    TableScan.entries(
        file,
        tableOffset,
        (long) entries * Long.BYTES,
        Long.BYTES,
        (i, entry, _) -> {
          if ((entry & Layout.OFFSET_MASK) != 0) {
            claims.claim(entry & Layout.OFFSET_MASK, 1, "data of bitmap " + index);
          }
        });
  }
}
