package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.CorruptChunkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// A pack open for reading, sealed or still being written.
///
/// Caller closes. Any thread; reads are positional.
public final class PackFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final PackHeader header;

  private PackFile(Path path, FileChannel channel, PackHeader header) {
    this.path = path;
    this.channel = channel;
    this.header = header;
  }

  /// Opens a pack and reads its header.
  ///
  /// @throws DamagedPackException if it does not start with one
  public static PackFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      ByteBuffer bytes = ByteBuffer.allocate(PackHeader.SIZE_BYTES);
      readUpTo(channel, 0, bytes);
      return new PackFile(path, channel, PackHeader.readFrom(bytes.flip(), path));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// The file's name when it was opened.
  public Path path() {
    return path;
  }

  /// The first 64 bytes.
  public PackHeader header() {
    return header;
  }

  /// The file's length now.
  public long sizeBytes() throws IOException {
    return channel.size();
  }

  /// The table of a sealed pack, checked against its digest.
  ///
  /// @throws DamagedPackException if trailer or table are not what was written
  public List<PackEntry> table() throws IOException {
    PackTable.Trailer trailer = trailer();
    long length = channel.size() - PackTable.TRAILER_BYTES - trailer.tableOffset();
    ByteBuffer table = ByteBuffer.allocate(Math.toIntExact(length));
    read(trailer.tableOffset(), table);
    return PackTable.decode(header, trailer, table.flip(), path);
  }

  /// Where the records of a sealed pack end and its table starts.
  public long tableOffset() throws IOException {
    return trailer().tableOffset();
  }

  PackTable.Trailer trailer() throws IOException {
    long size = channel.size();
    if (size < PackHeader.SIZE_BYTES + PackTable.TRAILER_BYTES) {
      throw new DamagedPackException(path, 0, "only " + size + " bytes, too short for a pack");
    }
    ByteBuffer bytes = ByteBuffer.allocate(PackTable.TRAILER_BYTES);
    read(size - PackTable.TRAILER_BYTES, bytes);
    return PackTable.readTrailer(bytes.flip(), size, path);
  }

  FileChannel channel() {
    return channel;
  }

  /// Fills `target` from `offset`.
  ///
  /// @throws DamagedPackException if the pack ends before
  public void read(long offset, ByteBuffer target) throws IOException {
    int wanted = target.remaining();
    readUpTo(channel, offset, target);
    if (target.hasRemaining()) {
      throw new DamagedPackException(
          path,
          offset,
          "it ends after "
              + (wanted - target.remaining())
              + " of the "
              + wanted
              + " bytes to be read there");
    }
  }

  private static void readUpTo(FileChannel channel, long offset, ByteBuffer target)
      throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        return;
      }
      at += count;
    }
  }

  /// Walks record headers from `from` to `end` without reading payloads.
  ///
  /// @return the entries found; the walk stops at the first header that is not one or whose record
  ///   would end behind `end`
  public List<PackEntry> scan(long from, long end) throws IOException {
    List<PackEntry> entries = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.allocate(ChunkHeader.SIZE_BYTES);
    for (long at = from; at + ChunkHeader.SIZE_BYTES <= end; ) {
      PackEntry entry = entryAt(at, bytes);
      if (entry == null || entry.end() > end) {
        break;
      }
      entries.add(entry);
      at = entry.end();
    }
    return entries;
  }

  /// Every record of the pack that can be found without its table, damage being skipped.
  public List<PackEntry> walk() throws IOException {
    List<PackEntry> found = new ArrayList<>();
    long end = channel.size();
    long at = PackHeader.SIZE_BYTES;
    while (at < end) {
      List<PackEntry> run = scan(at, end);
      found.addAll(run);
      at = nextHeader(run.isEmpty() ? at + 1 : run.getLast().end(), end);
    }
    return found;
  }

  /// The entry at `at`, or null if no header is there.
  private PackEntry entryAt(long at, ByteBuffer bytes) throws IOException {
    read(at, bytes.clear());
    try {
      return new PackEntry(at, ChunkHeader.readFrom(bytes.flip()));
    } catch (CorruptChunkException e) {
      return null;
    }
  }

  /// The first offset of `[from, end)` at which an intact header stands, or `end`.
  ///
  /// How a scan goes on behind damage: a length in a damaged header cannot be believed, the magic
  /// number of the next one together with its checksum can.
  public long nextHeader(long from, long end) throws IOException {
    int window = 1 << 16;
    ByteBuffer bytes = ByteBuffer.allocate(window + ChunkHeader.SIZE_BYTES);
    for (long at = from; at < end; at += window) {
      bytes.clear().limit((int) Math.min(bytes.capacity(), end - at));
      read(at, bytes);
      bytes.flip();
      for (int i = 0; i < window && i + ChunkHeader.SIZE_BYTES <= bytes.limit(); i++) {
        if (bytes.getInt(i) == ChunkHeader.MAGIC && isHeader(bytes, i)) {
          return at + i;
        }
      }
    }
    return end;
  }

  private static boolean isHeader(ByteBuffer bytes, int at) {
    try {
      ChunkHeader.readFrom(bytes.duplicate().position(at));
      return true;
    } catch (CorruptChunkException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
