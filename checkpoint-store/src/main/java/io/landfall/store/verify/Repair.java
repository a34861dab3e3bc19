package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkId;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/// Takes damaged packs out of use without losing what is intact in them, and gets what is missing
/// from other stores and from exports.
///
/// Nothing is deleted: a damaged pack is moved to `quarantine/` in the store's directory. What no
/// other store has stays missing until somebody stores the same content again.
///
/// The daemon must not be running.
public final class Repair {
  private final CheckpointStore store;
  private final RepairSource source;
  private final ChunkEncoder encoder;

  private Repair(CheckpointStore store, RepairSource source, StoreSettings settings) {
    this.store = store;
    this.source = source;
    this.encoder = new ChunkEncoder(settings.compression());
  }

  /// Repairs the store in `directory`.
  ///
  /// @param sources what to take missing chunks from, tried in order: directories of stores, and
  ///   files that are exports
  /// @throws io.landfall.store.checkpoint.StoreHeldException if another process has the store open
  ///   for writing
  public static RepairReport run(Path directory, StoreSettings settings, List<Path> sources)
      throws IOException {
    int quarantined = quarantine(directory, settings);
    CheckpointStore.rebuildIndex(directory, settings);
    int fetched = 0;
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      for (Path other : sources) {
        try (RepairSource source = open(other, settings)) {
          fetched += new Repair(store, source, settings).fetchAll();
        }
      }
    }
    return new RepairReport(
        quarantined, fetched, Verifier.verify(directory, settings.key(), n -> {}));
  }

  private static RepairSource open(Path source, StoreSettings settings) throws IOException {
    return Files.isDirectory(source)
        ? new StoreSource(CheckpointStore.inspect(source, settings.key()))
        : new ExportSource(source);
  }

  private static int quarantine(Path directory, StoreSettings settings) throws IOException {
    Set<Path> damaged = new TreeSet<>();
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      for (Finding finding : Verifier.verify(directory, settings.key(), n -> {}).findings()) {
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
    PackScrub scrub = new PackScrub(store);
    scrub.scrub(sequence.getAsLong(), pack, 0);
    collection.quarantine(
        sequence.getAsLong(),
        pack,
        scrub.intact(),
        store.directory().resolve("quarantine").resolve(pack.getFileName()));
  }

  /// Goes on until a pass brings nothing more: behind a node that was missing, more may be.
  private int fetchAll() throws IOException {
    int fetched = 0;
    int found;
    do {
      try (ChunkSession session = store.beginRepair()) {
        Map<ChunkId, Wanted> missing = missing(session);
        found = missing.isEmpty() ? 0 : source.fetch(missing, store.chunks(), sink(session));
        session.barrier();
      }
      fetched += found;
    } while (found > 0);
    return fetched;
  }

  /// What a chunk or node must be.
  ///
  /// @param level 0 for guest data
  /// @param rawLength its plain bytes
  record Wanted(int level, int rawLength) {}

  private Map<ChunkId, Wanted> missing(ChunkSession session) throws IOException {
    Map<ChunkId, Wanted> missing = new HashMap<>();
    for (CheckpointRecord record : store.list()) {
      for (StoredContent content : record.contents()) {
        ContentTree.walk(store.chunks(), content, new Search(session, content, missing));
      }
    }
    return missing;
  }

  private RepairSource.Sink sink(ChunkSession session) {
    return (id, level, plain) ->
        session.store(
            level > 0 ? PackKind.META : PackKind.DISK,
            level > 0 ? encoder.encodeNode(id, level, plain) : encoder.encode(id, plain));
  }

  /// Finds what is not there, or cannot be read.
  private record Search(ChunkSession session, StoredContent content, Map<ChunkId, Wanted> missing)
      implements ContentTree.Visitor {
    @Override
    public boolean enter(ChunkId node, int level, Range covered) {
      return !missing.containsKey(node);
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      if (!session.touch(chunk)) {
        missing.put(chunk, new Wanted(0, Math.toIntExact(covered.length())));
      }
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
      long each = (long) content.chunkSizeBytes() << (Byte.SIZE * (level - 1));
      int children = Math.toIntExact(Math.ceilDiv(covered.length(), each));
      missing.put(node, new Wanted(level, children * ChunkId.SIZE_BYTES));
    }
  }
}
