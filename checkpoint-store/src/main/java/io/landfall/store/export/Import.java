package io.landfall.store.export;

import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Compression;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.checkpoint.CheckpointImport;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.chunk.MissingChunkException;
import io.landfall.store.chunk.PackKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Takes the checkpoints of an export into a store: every chunk decoded and compared with its name,
/// every tree walked before its checkpoint is committed, and nothing committed before the export
/// was read to its end.
///
/// One thread.
public final class Import implements ExportStream.Receiver {
  private final CheckpointStore store;
  private final CheckpointImport target;
  private final ChunkDecoder decoder = new ChunkDecoder();
  private final ChunkEncoder encoder = new ChunkEncoder(Compression.LZ4);
  private final ByteBuffer plain = ByteBuffer.allocate(Chunks.MAX_SIZE_BYTES);
  private final List<CheckpointRecord> records = new ArrayList<>();
  private long storedBytes;

  private Import(CheckpointStore store, CheckpointImport target) {
    this.store = store;
    this.target = target;
  }

  /// What was taken in.
  ///
  /// @param added checkpoints that are new here
  /// @param known checkpoints that were here already
  /// @param storedBytes by which packs grew
  public record Summary(List<CheckpointRecord> added, int known, long storedBytes) {
    /// Copies the list.
    public Summary {
      added = List.copyOf(added);
    }
  }

  /// Reads an export from `in` and commits its checkpoints, oldest first.
  ///
  /// @throws DamagedExportException if it is not a whole export
  /// @throws io.landfall.store.checkpoint.DamagedStoreException if a checkpoint needs what is
  ///   neither in it nor here
  public static Summary read(CheckpointStore store, InputStream in) throws IOException {
    try (CheckpointImport target = store.beginImport()) {
      Import run = new Import(store, target);
      ExportStream.read(in, run);
      List<CheckpointRecord> added = new ArrayList<>();
      for (CheckpointRecord record : run.records) {
        if (target.commit(record)) {
          added.add(record);
        }
      }
      return new Summary(added, run.records.size() - added.size(), run.storedBytes);
    }
  }

  @Override
  public void begin(int chunkSizeBytes) throws IOException {
    if (chunkSizeBytes != store.chunkSizeBytes()) {
      throw new DamagedExportException(
          "chunks of %d bytes, this store has chunks of %d"
              .formatted(chunkSizeBytes, store.chunkSizeBytes()));
    }
  }

  @Override
  public void chunk(EncodedChunk chunk) throws IOException {
    ChunkHeader header = chunk.header();
    if (header.id().isZero()) {
      throw new DamagedExportException("a zero chunk, which is never stored");
    }
    plain.clear().limit(header.rawLength());
    decoder.decodeVerified(chunk, plain, this::readBase);
    plain.flip();
    boolean asItLies =
        !header.encoding().isDelta() || target.session().isFullAndDurable(header.base());
    storedBytes +=
        asItLies
            ? target
                .session()
                .storeDelta(kind(header), chunk, () -> encoder.encode(header.id(), plain))
            : target.session().store(kind(header), encoder.encode(header.id(), plain));
  }

  private void readBase(ChunkId id, ByteBuffer target) throws IOException {
    try {
      store.chunks().read(id, 0, target);
    } catch (MissingChunkException e) {
      throw new DamagedExportException(
          "chunk "
              + id
              + ", which a page delta changes, is neither in the import nor in this store");
    }
  }

  /// Disks and memory cannot be told apart any more, and go together.
  private static PackKind kind(ChunkHeader header) {
    return header.isNode() ? PackKind.META : PackKind.DISK;
  }

  /// The base of a delta must be durable before the delta is stored.
  @Override
  public void deltasFollow() throws IOException {
    target.session().barrier();
  }

  @Override
  public void record(CheckpointRecord record) {
    records.add(record);
  }
}
