package io.landfall.store.gc;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentTree;
import io.landfall.store.checkpoint.StoredContent;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.LocationSet;
import io.landfall.store.chunk.MissingChunkException;
import io.landfall.store.chunk.PackEntry;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which records of which packs some checkpoint needs: everything that can be reached from the
/// records, and the bases of the deltas among it.
///
/// Memory: some 8 bytes a chunk and some 80 a node, of which there is one for 256 chunks.
final class Marks {
  private final CheckpointStore store;
  private final LocationSet live = new LocationSet();
  private final Set<ChunkId> nodes = new HashSet<>();

  private Marks(CheckpointStore store) {
    this.store = store;
  }

  /// Marks from all records that are committed now.
  ///
  /// @throws IOException if a node cannot be read or a chunk is missing: then nobody knows what
  ///   else is needed, and nothing may be removed
  static Marks of(CheckpointStore store) throws IOException {
    if (!store.damagedRecords().isEmpty()) {
      throw new IOException(
          "nothing is collected while records are damaged, since nobody knows what they need: "
              + store.damagedRecords().keySet());
    }
    Marks marks = new Marks(store);
    for (CheckpointRecord record : store.list()) {
      for (StoredContent content : record.contents()) {
        marks.mark(content);
      }
    }
    return marks;
  }

  /// Marks the bases of all page deltas that lie in a pack, needed or not: whoever finds such a
  /// delta, in a table or in an index that was made again, must be able to read it. A base outlives
  /// the last of its deltas by one collection.
  void keepBases(List<PackEntry> entries) throws IOException {
    for (PackEntry entry : entries) {
      if (entry.header().encoding().isDelta()) {
        store.storedLocator().find(entry.header().base()).ifPresent(live::add);
      }
    }
  }

  boolean isLive(long pack, PackEntry entry) {
    return live.contains(pack, entry.offset());
  }

  private void mark(StoredContent content) throws IOException {
    Walk walk = new Walk();
    ContentTree.walk(store.chunks(), content, walk);
    if (walk.failure != null) {
      throw walk.failure;
    }
  }

  private void markAt(ChunkId id) throws IOException {
    ChunkLocation at = store.locator().find(id).orElseThrow(() -> new MissingChunkException(id));
    if (live.add(at) && at.encoding().isDelta()) {
      Optional<ChunkId> base = store.chunks().fullForm(id);
      markAt(base.orElseThrow(() -> new MissingChunkException(id)));
    }
  }

  private final class Walk implements ContentTree.Visitor {
    private IOException failure;

    @Override
    public boolean enter(ChunkId node, int level, Range covered) {
      if (!nodes.add(node)) {
        return false;
      }
      try {
        markAt(node);
        return true;
      } catch (IOException e) {
        failure = e;
        return false;
      }
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      markAt(chunk);
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
      failure = cause;
    }
  }
}
