package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentTree;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.checkpoint.StoredContent;
import io.landfall.store.chunk.ChunkSession;
import io.landfall.store.chunk.PackCollection;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackKind;
import io.landfall.store.verify.Finding.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/// Takes damaged packs out of use without losing what is intact in them, and gets what is missing
/// from other stores.
///
/// Nothing is deleted: a damaged pack is moved to `quarantine/` in the store's directory. What no
/// other store has stays missing until somebody stores the same content again.
///
/// The daemon must not be running.
public final class Repair {
  private final CheckpointStore store;
  private final CheckpointStore source;
  private final ChunkEncoder encoder = new ChunkEncoder();
  private int fetched;

  private Repair(CheckpointStore store, CheckpointStore source) {
    this.store = store;
    this.source = source;
  }

  /// Repairs the store in `directory`.
  ///
  /// @param sources directories of stores to take missing chunks from, tried in order
  /// @throws io.landfall.store.checkpoint.StoreHeldException if another process has the store open
  ///   for writing
  public static RepairReport run(Path directory, StoreSettings settings, List<Path> sources)
      throws IOException {
    int quarantined = quarantine(directory, settings);
    CheckpointStore.rebuildIndex(directory, settings);
    int fetched = 0;
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      for (Path other : sources) {
        try (CheckpointStore source = CheckpointStore.inspect(other)) {
          fetched += new Repair(store, source).fetchAll();
        }
      }
    }
    return new RepairReport(quarantined, fetched, Verifier.verify(directory, n -> {}));
  }

  private static int quarantine(Path directory, StoreSettings settings) throws IOException {
    Set<Path> damaged = new TreeSet<>();
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      for (Finding finding : Verifier.verify(directory, n -> {}).findings()) {
        if (finding.kind() == Kind.CHUNK
            || finding.kind() == Kind.PACK_TABLE
            || finding.kind() == Kind.PACK_HEADER) {
          damaged.add(finding.file());
        }
      }
      try (PackCollection collection = store.collect()) {
        for (Path pack : damaged) {
          quarantine(store, collection, pack);
        }
      }
    }
    return damaged.size();
  }

  private static void quarantine(CheckpointStore store, PackCollection collection, Path pack)
      throws IOException {
    OptionalLong sequence = PackDirectory.sequenceOf(pack);
    if (sequence.isEmpty()) {
      throw new IOException(pack + ": not the name of a pack");
    }
    PackScrub scrub = new PackScrub(store.uuid(), store.chunks());
    scrub.scrub(sequence.getAsLong(), pack, 0);
    collection.quarantine(
        sequence.getAsLong(),
        pack,
        scrub.intact(),
        store.directory().resolve("quarantine").resolve(pack.getFileName()));
  }

  /// Goes on until a pass finds nothing more: behind a node that was missing, more may be.
  private int fetchAll() throws IOException {
    int before;
    do {
      before = fetched;
      try (ChunkSession session = store.beginRepair()) {
        for (CheckpointRecord record : store.list()) {
          for (StoredContent content : record.contents()) {
            ContentTree.walk(store.chunks(), content, new Fetcher(session, content));
          }
        }
        session.barrier();
      }
    } while (fetched > before);
    return fetched;
  }

  private final class Fetcher implements ContentTree.Visitor {
    private final ChunkSession session;
    private final StoredContent content;

    Fetcher(ChunkSession session, StoredContent content) {
      this.session = session;
      this.content = content;
    }

    @Override
    public boolean enter(ChunkId node, int level, Range covered) {
      return true;
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      if (!session.touch(chunk)) {
        fetch(chunk, 0, Math.toIntExact(covered.length()));
      }
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
      long each = (long) content.chunkSizeBytes() << (Byte.SIZE * (level - 1));
      int children = Math.toIntExact(Math.ceilDiv(covered.length(), each));
      try {
        fetch(node, level, children * ChunkId.SIZE_BYTES);
      } catch (IOException e) {
        System.getLogger(Repair.class.getName())
            .log(System.Logger.Level.WARNING, "node " + node + ": " + e.getMessage());
      }
    }

    private void fetch(ChunkId id, int level, int length) throws IOException {
      if (!source.holds(id)) {
        return;
      }
      ByteBuffer plain = ByteBuffer.allocate(Math.min(length, Chunks.MAX_SIZE_BYTES));
      source.chunks().read(id, level, plain);
      plain.flip();
      if (level > 0) {
        session.store(PackKind.META, encoder.encodeNode(id, level, plain));
      } else {
        session.store(PackKind.DISK, encoder.encode(id, plain));
      }
      fetched++;
    }
  }
}
