package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.EncodedChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// One garbage collection, beside running ingests: empties packs one at a time and removes them.
///
/// Order: the pack is retired, so that no ingest starts to rely on it; its live records are copied
/// and made durable; the index is flipped in one durable step; the file goes last. A crash at any
/// point leaves every live chunk in at least one pack, and at worst a copy to be collected next
/// time.
///
/// One thread. Must be started before live chunks are marked; `close` ends it.
public final class PackCollection implements AutoCloseable {
  private final ChunkStore store;
  private final PackReaders readers;

  PackCollection(ChunkStore store, PackReaders readers) {
    this.store = store;
    this.readers = readers;
    store.pins().startCollecting();
  }

  /// Removes a sealed pack after copying what is live in it elsewhere.
  ///
  /// @param live whether the record of this pack at this offset must be kept
  /// @return bytes copied, or -1 if an ingest relies on the pack, which therefore stays
  /// @throws IOException if a live record cannot be read or copied; the pack stays
  public long remove(long pack, Predicate<PackEntry> live) throws IOException {
    if (!store.pins().retire(pack)) {
      return -1;
    }
    boolean removed = false;
    try (PackFile file = PackFile.open(store.directory().sealed(pack));
        ChunkSession session = store.begin(PackCollection::mayUseTheReserve)) {
      List<ChunkId> dead = new ArrayList<>();
      long copied = 0;
      for (PackEntry entry : file.table()) {
        if (live.test(entry)) {
          copied += copy(file, entry, session);
        } else {
          dead.add(entry.header().id());
        }
      }
      session.barrier();
      store.index().remove(Set.of(pack), dead);
      removed = true;
      readers.forget(pack);
      store.deletePack(pack);
      return copied;
    } finally {
      if (!removed) {
        store.pins().keep(pack);
      }
    }
  }

  /// Takes a damaged pack out of use: what is intact in it is copied elsewhere, its file is moved
  /// to `target`. Rows of the index that point at what was damaged are stale afterwards; the caller
  /// makes the index again.
  ///
  /// @param intact records whose content was verified just now
  /// @throws IOException if an ingest relies on the pack, or copying fails; the pack stays
  public void quarantine(long pack, Path file, List<PackEntry> intact, Path target)
      throws IOException {
    if (!store.pins().retire(pack)) {
      throw new IOException(file + ": a running ingest relies on it");
    }
    boolean moved = false;
    try (ChunkSession session = store.begin(PackCollection::mayUseTheReserve)) {
      if (!intact.isEmpty()) {
        try (PackFile from = PackFile.open(file)) {
          for (PackEntry entry : intact) {
            copy(from, entry, session);
          }
        }
      }
      session.barrier();
      store.movePack(file, target);
      moved = true;
      readers.forget(pack);
    } finally {
      if (!moved) {
        store.pins().keep(pack);
      }
    }
  }

  /// What gives space back must be able to when there is hardly any.
  private static void mayUseTheReserve() {}

  private long copy(PackFile file, PackEntry entry, ChunkSession session) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(entry.header().totalLength());
    file.read(entry.offset(), bytes);
    EncodedChunk stored = EncodedChunk.readFrom(bytes.flip());
    stored.requireIntact();
    EncodedChunk chunk = store.seal().open(stored);
    if (!chunk.header().encoding().isDelta()) {
      // What is damaged must not get a fresh checksum's good name. A delta needs its base for this
      // and keeps its own checksum.
      ByteBuffer plain = ByteBuffer.allocate(chunk.header().rawLength());
      new ChunkDecoder()
          .decodeVerified(
              chunk,
              plain,
              (id, target) -> {
                throw new IOException("a full form needs no base");
              });
    }
    return session.move(file.header().kind(), stored);
  }

  @Override
  public void close() {
    store.pins().endCollecting();
  }
}
