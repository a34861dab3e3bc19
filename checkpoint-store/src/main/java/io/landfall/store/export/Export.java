package io.landfall.store.export;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentTree;
import io.landfall.store.checkpoint.StoredContent;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.LocationSet;
import io.landfall.store.chunk.MissingChunkException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Writes checkpoints as a tar stream: what they are made of, then their records.
///
/// Chunks go as they lie in the packs; nothing is encoded again. Those that are stored in full come
/// before page deltas, so that a reader has a base before it meets what changes it.
///
/// One thread.
public final class Export {
  static final String HEAD = "landfall-export";
  static final String END = "landfall-end";
  static final String FULL = "full/";
  static final String DELTAS = "deltas/";
  static final String RECORDS = "records/";

  /// Chunks are gathered to entries of about this size.
  static final int ENTRY_BYTES = 8 << 20;

  private final CheckpointStore store;
  private final Lacking lacking;
  private final TarArchiveOutputStream tar;
  private final LocationSet written = new LocationSet();
  private ByteBuffer gathered =
      ByteBuffer.allocate(ENTRY_BYTES + ChunkHeader.SIZE_BYTES + (1 << 20));
  private long entries;
  private long chunks;

  private Export(CheckpointStore store, Lacking lacking, TarArchiveOutputStream tar) {
    this.store = store;
    this.lacking = lacking;
    this.tar = tar;
  }

  /// What the other side needs to be told.
  @FunctionalInterface
  public interface Lacking {
    /// Whether a chunk or node must be part of the export.
    boolean lacks(ChunkId id) throws IOException;
  }

  /// What was written.
  ///
  /// @param checkpoints records
  /// @param chunks chunks and nodes
  /// @param bytes of those, as they lie
  public record Summary(int checkpoints, long chunks, long bytes) {}

  /// Writes `records`, oldest first, to `out`, which is flushed and left open.
  ///
  /// @param lacking what goes along; everything if it always says so
  /// @throws io.landfall.protocol.content.CorruptChunkException if something is damaged
  public static Summary write(
      CheckpointStore store, List<CheckpointRecord> records, Lacking lacking, OutputStream out)
      throws IOException {
    TarArchiveOutputStream tar =
        new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name()); // caller closes `out`
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    Export export = new Export(store, lacking, tar);
    export.entry(
        HEAD, new ExportHead(store.uuid(), store.chunkSizeBytes(), records.size()).toBytes());
    export.walk(records, FULL, false);
    export.walk(records, DELTAS, true);
    for (CheckpointRecord record : records) {
      export.entry(RECORDS + record.id() + ".ckpt", record.toBytes());
    }
    export.entry(END, Long.toString(export.chunks).getBytes(StandardCharsets.UTF_8));
    tar.finish();
    tar.flush();
    return new Summary(records.size(), export.chunks, export.written.bytes());
  }

  private void walk(List<CheckpointRecord> records, String prefix, boolean deltas)
      throws IOException {
    LocationSet entered = new LocationSet();
    for (CheckpointRecord record : records) {
      for (StoredContent content : record.contents()) {
        ContentTree.walk(store.chunks(), content, new Walk(prefix, deltas, entered));
      }
    }
    flush(prefix);
  }

  private ChunkLocation locate(ChunkId id) throws IOException {
    return store.locator().find(id).orElseThrow(() -> new MissingChunkException(id));
  }

  private final class Walk implements ContentTree.Visitor {
    private final String prefix;
    private final boolean deltas;
    private final LocationSet entered;

    Walk(String prefix, boolean deltas, LocationSet entered) {
      this.prefix = prefix;
      this.deltas = deltas;
      this.entered = entered;
    }

    @Override
    public boolean enter(ChunkId node, int level, Range covered) throws IOException {
      ChunkLocation at = locate(node);
      if (!entered.add(at)) {
        return false;
      }
      if (!deltas) {
        write(node, at);
      }
      return true;
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      ChunkLocation at = locate(chunk);
      boolean delta = at.encoding().isDelta();
      if (delta && !deltas && lacking.lacks(chunk)) {
        ChunkId base = store.chunks().fullForm(chunk).orElseThrow();
        write(base, locate(base));
      } else if (delta == deltas) {
        write(chunk, at);
      }
    }

    private void write(ChunkId id, ChunkLocation at) throws IOException {
      if (lacking.lacks(id) && written.add(at)) {
        gather(store.chunks().readEncoded(id), prefix);
      }
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause)
        throws IOException {
      throw cause;
    }
  }

  private void gather(EncodedChunk chunk, String prefix) throws IOException {
    chunk.writeTo(gathered);
    chunks++;
    if (gathered.position() >= ENTRY_BYTES) {
      flush(prefix);
    }
  }

  private void flush(String prefix) throws IOException {
    if (gathered.position() > 0) {
      byte[] bytes = new byte[gathered.flip().remaining()];
      gathered.get(bytes);
      entry(prefix + "%08d".formatted(entries++), bytes);
      gathered.clear();
    }
  }

  private void entry(String name, byte[] bytes) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
