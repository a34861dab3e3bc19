package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.ChunkSession;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Takes in checkpoints that were made elsewhere: their chunks and nodes first, in any order, then
/// the records.
///
/// A record is committed only if the whole of what it names is here, so an import that breaks off,
/// or that was told too little, leaves no trace in the catalog. One thread at a time.
public final class CheckpointImport implements AutoCloseable {
  /// The largest device that is taken in.
  static final long MAX_DEVICE_BYTES = 1L << 50;

  private final CheckpointStore store;
  private final Ledger ledger;
  private final ChunkSession session;

  CheckpointImport(CheckpointStore store, Ledger ledger, ChunkSession session) {
    this.store = store;
    this.ledger = ledger;
    this.session = session;
  }

  /// Where chunks go.
  public ChunkSession session() {
    return session;
  }

  /// Makes a checkpoint of another store one of this store, durably.
  ///
  /// @return whether it was not here yet
  /// @throws DamagedStoreException if something that it names is not here, or it contradicts itself
  ///   or a checkpoint of the same id
  /// @throws QuotaExceededException if the owner's checkpoints would need more than they may
  public boolean commit(CheckpointRecord record) throws IOException {
    Optional<CheckpointRecord> known = store.find(record.id());
    if (known.isPresent()) {
      requireSame(known.get(), record);
      return false;
    }
    for (StoredContent content : record.contents()) {
      requirePlausible(record, content);
      ContentTree.walk(store.chunks(), content, new Presence(record, content));
    }
    String owner = record.job().owner();
    long bytes = session.storedBytes();
    OwnerUsage usage = store.usage();
    usage.reserve(owner, bytes);
    try {
      ledger.publish(record.withPacks(session.barrier()));
      usage.deleted(owner); // who shares what with whom is not known
      return true;
    } finally {
      usage.release(owner, bytes);
    }
  }

  private void requireSame(CheckpointRecord known, CheckpointRecord record) throws IOException {
    if (!ids(known).equals(ids(record))) {
      throw refused(record, "there is another checkpoint of this id here, with other content");
    }
  }

  private static List<String> ids(CheckpointRecord record) {
    return record.contents().stream()
        .map(content -> content.name() + " " + content.imageId())
        .sorted()
        .toList();
  }

  private void requirePlausible(CheckpointRecord record, StoredContent content)
      throws DamagedStoreException {
    if (content.sizeBytes() < 0 || content.sizeBytes() > MAX_DEVICE_BYTES) {
      throw refused(
          record,
          content.name() + " is of " + content.sizeBytes() + " bytes, expected at most 2^50");
    }
    if (content.chunkSizeBytes() != store.chunkSizeBytes()) {
      throw refused(
          record,
          "%s is in chunks of %d bytes, this store has %d"
              .formatted(content.name(), content.chunkSizeBytes(), store.chunkSizeBytes()));
    }
    if (!Manifest.imageId(content.sizeBytes(), content.chunkSizeBytes(), content.root())
        .equals(content.imageId())) {
      throw refused(record, "the name of " + content.name() + " is not that of its content");
    }
  }

  private DamagedStoreException refused(CheckpointRecord record, String what) {
    return new DamagedStoreException(store.directory(), "checkpoint " + record.id() + ": " + what);
  }

  /// Everything a content is made of must be here, and stays here until the import ends.
  private final class Presence implements ContentTree.Visitor {
    private final CheckpointRecord record;
    private final StoredContent content;

    Presence(CheckpointRecord record, StoredContent content) {
      this.record = record;
      this.content = content;
    }

    @Override
    public boolean enter(ChunkId node, int level, Range covered) throws IOException {
      if (!session.touch(node)) {
        throw lacking("manifest node " + node, covered);
      }
      return true;
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      Optional<ChunkLocation> at = store.locator().find(chunk);
      if (at.isEmpty() || at.get().rawLength() != covered.length() || !session.touch(chunk)) {
        throw lacking("chunk " + chunk, covered);
      }
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause)
        throws IOException {
      throw cause;
    }

    private DamagedStoreException lacking(String what, Range covered) {
      return refused(
          record,
          "%s at %d: %s is neither in the import nor in this store"
              .formatted(content.name(), covered.offset(), what));
    }
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
