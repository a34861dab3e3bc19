package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What stands behind the records of a sealed pack: the table of its records, sorted by id, and the
/// 64 bytes of the trailer. Big-endian.
///
/// ```
/// table, at tableOffset: records * 96 bytes
///  0  8  offset       of the record in this pack
///  8 88  header       as it stands there
///
/// trailer, the last 64 bytes
///  0  8  magic        4C 46 50 4B 45 4E 44 01  "LFPKEND" and the version, 1
///  8  8  tableOffset
/// 16  8  records
/// 24 32  digest       SHA-256 of the pack's header and the table
/// 56  4  reserved     0
/// 60  4  crc          CRC32C of bytes 0 to 59
/// ```
///
/// The digest stands for the whole pack without every byte being hashed a second time: the table
/// holds the checksums of every header and payload and the SHA-256 of every chunk's plain bytes.
final class PackTable {
  static final int TRAILER_BYTES = 64;

  private static final long MAGIC = 0x4C46504B454E4401L;
  private static final int CRC_OFFSET = 60;
  private static final Comparator<PackEntry> BY_ID =
      Comparator.<PackEntry, ChunkId>comparing(e -> e.header().id())
          .thenComparingLong(PackEntry::offset);

  private PackTable() {}

  /// Where the table of a sealed pack is.
  record Trailer(long tableOffset, long records, ByteBuffer digest) {}

  /// Table and trailer, to be appended at `tableOffset`.
  static ByteBuffer encode(PackHeader header, List<PackEntry> entries, long tableOffset) {
    List<PackEntry> sorted = new ArrayList<>(entries);
    sorted.sort(BY_ID);
    int tableBytes = Math.multiplyExact(sorted.size(), PackEntry.SIZE_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(tableBytes + TRAILER_BYTES);
    for (PackEntry entry : sorted) {
      bytes.putLong(entry.offset());
      entry.header().writeTo(bytes);
    }
    byte[] digest = digest(header, bytes.slice(0, tableBytes));
    int trailer = bytes.position();
    bytes.putLong(MAGIC).putLong(tableOffset).putLong(sorted.size()).put(digest).putInt(0);
    bytes.putInt(PackHeader.crc(bytes.slice(trailer, CRC_OFFSET)));
    return bytes.flip();
  }

  /// Reads the last 64 bytes of a pack of `fileLength` bytes.
  static Trailer readTrailer(ByteBuffer bytes, long fileLength, Path path)
      throws DamagedPackException {
    long at = fileLength - TRAILER_BYTES;
    if (bytes.getLong(0) != MAGIC) {
      throw new DamagedPackException(
          path,
          at,
          "its trailer starts with %016X, expected %016X".formatted(bytes.getLong(0), MAGIC));
    }
    if (PackHeader.crc(bytes.slice(0, CRC_OFFSET)) != bytes.getInt(CRC_OFFSET)) {
      throw new DamagedPackException(path, at, "its trailer does not agree with its checksum");
    }
    long tableOffset = bytes.getLong(8);
    long records = bytes.getLong(16);
    boolean fits =
        tableOffset >= PackHeader.SIZE_BYTES
            && tableOffset <= at
            && records == (at - tableOffset) / PackEntry.SIZE_BYTES
            && (at - tableOffset) % PackEntry.SIZE_BYTES == 0;
    if (!fits) {
      throw new DamagedPackException(
          path, at, "a table of " + records + " records at " + tableOffset + " does not fit");
    }
    return new Trailer(tableOffset, records, bytes.slice(24, 32));
  }

  /// Checks the table against the trailer's digest and reads it.
  static List<PackEntry> decode(PackHeader header, Trailer trailer, ByteBuffer table, Path path)
      throws IOException {
    requireIntact(header, trailer, table, path);
    List<PackEntry> entries = new ArrayList<>();
    ByteBuffer rows = table.duplicate();
    while (rows.hasRemaining()) {
      long offset = rows.getLong();
      PackEntry entry = new PackEntry(offset, ChunkHeader.readFrom(rows));
      if (offset < PackHeader.SIZE_BYTES || entry.end() > trailer.tableOffset()) {
        throw new DamagedPackException(
            path, offset, "its table has a record there that does not fit");
      }
      entries.add(entry);
    }
    return entries;
  }

  /// Checks the table against the trailer's digest.
  static void requireIntact(PackHeader header, Trailer trailer, ByteBuffer table, Path path)
      throws DamagedPackException {
    if (!ByteBuffer.wrap(digest(header, table.duplicate())).equals(trailer.digest())) {
      throw new DamagedPackException(
          path, trailer.tableOffset(), "its table does not agree with its digest");
    }
  }

  private static byte[] digest(PackHeader header, ByteBuffer table) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(header.toBytes());
      sha256.update(table);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
