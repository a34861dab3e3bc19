package io.landfall.store.export;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.checkpoint.CheckpointRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Reads an export from its first byte to its last. What comes from outside is bounded before it is
/// allocated, and whatever an export may not hold is refused.
///
/// One thread.
public final class ExportStream {
  private static final int MAX_CHUNKS_BYTES =
      Export.ENTRY_BYTES + ChunkHeader.SIZE_BYTES + (1 << 20);
  private static final int MAX_RECORD_BYTES = (16 << 20) + 64;
  private static final int MAX_SMALL_BYTES = 64 << 10;

  private final TarArchiveInputStream tar;
  private final Receiver receiver;
  private long chunks;
  private int records;

  private ExportStream(TarArchiveInputStream tar, Receiver receiver) {
    this.tar = tar;
    this.receiver = receiver;
  }

  /// Takes what an export holds.
  public interface Receiver {
    /// The head, before anything else.
    void begin(int chunkSizeBytes) throws IOException;

    /// A chunk or node; neither its checksum nor its content is checked yet. Lives until the call
    /// returns.
    void chunk(EncodedChunk chunk) throws IOException;

    /// All chunks that are encoded in full have come; page deltas follow.
    default void deltasFollow() throws IOException {}

    /// A checkpoint's record, after all chunks.
    default void record(CheckpointRecord record) throws IOException {}
  }

  /// Reads all of `in`, which is left open.
  ///
  /// @throws DamagedExportException if it is not a whole export
  public static void read(InputStream in, Receiver receiver) throws IOException {
    TarArchiveInputStream tar = new TarArchiveInputStream(in, StandardCharsets.UTF_8.name());
    try {
      new ExportStream(tar, receiver).readAll();
    } catch (IllegalArgumentException e) {
      throw new DamagedExportException("not a tar stream: " + e.getMessage());
    }
  }

  private void readAll() throws IOException {
    ExportHead head = ExportHead.readFrom(content(next(), Export.HEAD, MAX_SMALL_BYTES));
    receiver.begin(head.chunkSizeBytes());
    TarArchiveEntry entry = next();
    entry = readChunks(entry, Export.FULL);
    receiver.deltasFollow();
    entry = readChunks(entry, Export.DELTAS);
    for (; entry.getName().startsWith(Export.RECORDS); entry = next()) {
      if (++records > head.checkpoints()) {
        throw new DamagedExportException(
            "more records than the " + head.checkpoints() + " announced");
      }
      byte[] bytes = content(entry, entry.getName(), MAX_RECORD_BYTES);
      receiver.record(CheckpointRecord.readFrom(bytes, Path.of("export")));
    }
    byte[] end = content(entry, Export.END, MAX_SMALL_BYTES);
    String counted = new String(end, StandardCharsets.UTF_8);
    if (records != head.checkpoints() || !counted.equals(Long.toString(chunks))) {
      throw new DamagedExportException(
          "%d chunks and %d checkpoints, expected %s and %d"
              .formatted(chunks, records, counted, head.checkpoints()));
    }
  }

  private TarArchiveEntry readChunks(TarArchiveEntry first, String prefix) throws IOException {
    TarArchiveEntry entry = first;
    for (; entry.getName().startsWith(prefix); entry = next()) {
      ByteBuffer run = ByteBuffer.wrap(content(entry, entry.getName(), MAX_CHUNKS_BYTES));
      while (run.hasRemaining()) {
        EncodedChunk chunk = EncodedChunk.readFrom(run);
        if (chunk.header().encoding().isDelta() != prefix.equals(Export.DELTAS)) {
          throw new DamagedExportException(
              "entry " + entry.getName() + ": an encoding that does not belong there");
        }
        chunks++;
        receiver.chunk(chunk);
      }
    }
    return entry;
  }

  private TarArchiveEntry next() throws IOException {
    TarArchiveEntry entry = tar.getNextEntry();
    if (entry == null) {
      throw new DamagedExportException("cut off: its last entry is missing");
    }
    if (!entry.isFile() || !tar.canReadEntryData(entry)) {
      throw new DamagedExportException("entry \"" + printable(entry) + "\" is not a plain file");
    }
    return entry;
  }

  /// The bytes of an entry that must be called `name`.
  private byte[] content(TarArchiveEntry entry, String name, int max) throws IOException {
    if (!entry.getName().equals(name)) {
      throw new DamagedExportException("entry \"" + printable(entry) + "\" is not expected there");
    }
    if (entry.getSize() < 0 || entry.getSize() > max) {
      throw new DamagedExportException(
          "entry %s: %d bytes, expected at most %d".formatted(name, entry.getSize(), max));
    }
    byte[] bytes = tar.readNBytes((int) entry.getSize());
    if (bytes.length < entry.getSize()) {
      throw new DamagedExportException("cut off within entry " + name);
    }
    return bytes;
  }

  private static String printable(TarArchiveEntry entry) {
    String name = entry.getName().replaceAll("[^\\x21-\\x7E]", "?");
    return name.length() > 100 ? name.substring(0, 100) + "..." : name;
  }
}
