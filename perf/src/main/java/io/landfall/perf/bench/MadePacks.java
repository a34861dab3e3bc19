package io.landfall.perf.bench;

import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.chunk.PackHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;

/// Sealed packs whose records are holes: their tables name chunks that nobody has, as many as
/// somebody could have. Written by FORMAT.md and not by the store's own code.
final class MadePacks {
  /// As many as fit into a pack of 64 MiB at 100 KB each, which is what LZ4 leaves of a chunk.
  static final int CHUNKS = 640;

  private static final int PAYLOAD_BYTES = 100_000;
  private static final int RAW_BYTES = 262_144;
  private static final long PACK_MAGIC = 0x4C465041434B0001L;
  private static final long TRAILER_MAGIC = 0x4C46504B454E4401L;
  private static final int CHECKED_BYTES = 60;
  private static final byte DISK = 1;

  private final PackDirectory directory;
  private final UUID store;

  MadePacks(PackDirectory directory, UUID store) {
    this.directory = directory;
    this.store = store;
  }

  /// Writes pack `sequence`, which has the chunks from `sequence * CHUNKS` on.
  void write(long sequence) throws IOException {
    ByteBuffer header = header(sequence);
    ByteBuffer table = table(sequence * CHUNKS);
    long tableOffset = PackHeader.SIZE_BYTES + (long) CHUNKS * recordBytes();
    ByteBuffer trailer = trailer(header, table, tableOffset);
    Path path = directory.sealed(sequence);
    Files.createDirectories(path.getParent());
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeAll(file, header, 0);
      writeAll(file, table, tableOffset);
      writeAll(file, trailer, tableOffset + table.capacity());
    }
  }

  private static void writeAll(FileChannel file, ByteBuffer bytes, long at) throws IOException {
    for (bytes.clear(); bytes.hasRemaining(); ) {
      file.write(bytes, at + bytes.position());
    }
  }

  private static int recordBytes() {
    return ChunkHeader.SIZE_BYTES + PAYLOAD_BYTES;
  }

  private ByteBuffer header(long sequence) {
    ByteBuffer bytes = ByteBuffer.allocate(PackHeader.SIZE_BYTES);
    bytes.putLong(PACK_MAGIC).put(DISK);
    bytes.putLong(16, store.getMostSignificantBits()).putLong(24, store.getLeastSignificantBits());
    bytes.putLong(32, sequence);
    return bytes.putInt(CHECKED_BYTES, crc(bytes));
  }

  private static ByteBuffer table(long first) {
    List<PackEntry> entries = new ArrayList<>(CHUNKS);
    for (int i = 0; i < CHUNKS; i++) {
      ChunkHeader header =
          new ChunkHeader(
              ChunkEncoding.LZ4, 0, RAW_BYTES, PAYLOAD_BYTES, id(first + i), ChunkId.ZERO, 0);
      entries.add(new PackEntry(PackHeader.SIZE_BYTES + (long) i * recordBytes(), header));
    }
    entries.sort(Comparator.comparing(entry -> entry.header().id()));
    ByteBuffer bytes = ByteBuffer.allocate(CHUNKS * PackEntry.SIZE_BYTES);
    for (PackEntry entry : entries) {
      bytes.putLong(entry.offset());
      entry.header().writeTo(bytes);
    }
    return bytes;
  }

  private static ByteBuffer trailer(ByteBuffer header, ByteBuffer table, long tableOffset) {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    bytes.putLong(TRAILER_MAGIC).putLong(tableOffset).putLong(CHUNKS);
    MessageDigest sha256 = sha256();
    sha256.update(header.clear());
    sha256.update(table.clear());
    bytes.put(sha256.digest());
    return bytes.putInt(CHECKED_BYTES, crc(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, CHECKED_BYTES));
    return (int) crc.getValue();
  }

  /// The name of chunk `number`, scattered as digests are.
  static ChunkId id(long number) {
    ByteBuffer bytes = ByteBuffer.allocate(ChunkId.SIZE_BYTES);
    Random scattered = new Random(number);
    while (bytes.hasRemaining()) {
      bytes.putLong(scattered.nextLong());
    }
    return ChunkId.readFrom(bytes.flip());
  }
}
