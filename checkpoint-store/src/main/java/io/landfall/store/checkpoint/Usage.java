package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunk.ChunkLocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Who needs which bytes of the packs: for each checkpoint what it alone needs and what it shares,
/// and for the store what is used and what is not.
///
/// @param ofCheckpoints by checkpoint
/// @param totals of the store
public record Usage(Map<CheckpointId, Share> ofCheckpoints, Totals totals) {

  /// What one checkpoint needs of the packs, in stored bytes.
  ///
  /// @param uniqueBytes what no other checkpoint needs: deleting it would free as much
  /// @param sharedBytes what others need too; a chunk at two places of one checkpoint counts twice
  public record Share(long uniqueBytes, long sharedBytes) {}

  /// The whole store.
  ///
  /// @param logicalBytes all devices of all checkpoints, as guests see them
  /// @param dataBytes the same without zero chunks
  /// @param uniqueBytes plain bytes of every chunk that some checkpoint needs, once
  /// @param storedBytes what those and the manifest nodes take in packs
  /// @param packBytes all packs
  /// @param chunks that some checkpoint needs
  public record Totals(
      long logicalBytes,
      long dataBytes,
      long uniqueBytes,
      long storedBytes,
      long packBytes,
      long chunks) {
    /// Bytes of packs that no checkpoint needs; garbage collection gives them back.
    public long wastedBytes() {
      return packBytes - storedBytes;
    }
  }

  /// Walks the trees of all checkpoints; a subtree that several share is walked twice at most.
  public static Usage of(CheckpointStore store) throws IOException {
    return new Count(store).run();
  }

  private static final class Count {
    private static final int SHARED = -1;

    /// What is known of a chunk or node.
    private static final class Need {
      private int owner;
      private final ChunkLocation at;

      Need(int owner, ChunkLocation at) {
        this.owner = owner;
        this.at = at;
      }
    }

    private final CheckpointStore store;
    private final Map<ChunkId, Need> needs = new HashMap<>();

    Count(CheckpointStore store) {
      this.store = store;
    }

    Usage run() throws IOException {
      List<CheckpointRecord> records = store.list();
      long logical = 0;
      long data = 0;
      for (int owner = 0; owner < records.size(); owner++) {
        for (StoredContent content : records.get(owner).contents()) {
          ContentTree.walk(store.chunks(), content, new Marker(owner));
        }
        IngestSummary summary = records.get(owner).summary();
        logical += summary.imageBytes();
        data += summary.imageBytes() - summary.zeroBytes();
      }
      return new Usage(shares(records), totals(logical, data));
    }

    private final class Marker implements ContentTree.Visitor {
      private final int owner;

      Marker(int owner) {
        this.owner = owner;
      }

      @Override
      public boolean enter(ChunkId node, int level, Range covered) {
        try {
          return mark(node);
        } catch (IOException e) {
          return false; // verify says what is wrong
        }
      }

      @Override
      public void chunk(ChunkId chunk, Range covered) throws IOException {
        if (mark(chunk) && needs.get(chunk).at.encoding().isDelta()) {
          Optional<ChunkId> base = store.chunks().fullForm(chunk);
          if (base.isPresent()) {
            mark(base.get());
          }
        }
      }

      /// Whether something new was learned, so that what hangs below must be marked too.
      private boolean mark(ChunkId id) throws IOException {
        Need known = needs.get(id);
        if (known != null) {
          boolean news = known.owner != owner && known.owner != SHARED;
          if (news) {
            known.owner = SHARED;
          }
          return news;
        }
        Optional<ChunkLocation> at = store.locator().find(id);
        if (at.isEmpty()) {
          return false;
        }
        needs.put(id, new Need(owner, at.get()));
        return true;
      }

      @Override
      public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
        // Verify says what is wrong; usage counts what is there.
      }
    }

    private Map<CheckpointId, Share> shares(List<CheckpointRecord> records) throws IOException {
      long[] unique = new long[records.size()];
      for (Need need : needs.values()) {
        if (need.owner != SHARED) {
          unique[need.owner] += need.at.length();
        }
      }
      Map<CheckpointId, Share> shares = new TreeMap<>();
      for (int owner = 0; owner < records.size(); owner++) {
        CheckpointRecord record = records.get(owner);
        shares.put(
            record.id(), new Share(unique[owner], Math.max(0, total(record) - unique[owner])));
      }
      return shares;
    }

    /// All bytes that one checkpoint needs. A subtree that was summed up for another is not walked
    /// again: the cost over all checkpoints is that of what differs between them.
    private long total(CheckpointRecord record) throws IOException {
      Sum sum = new Sum();
      for (StoredContent content : record.contents()) {
        ContentTree.walk(store.chunks(), content, sum);
      }
      return sum.open.getFirst()[0];
    }

    /// Bytes of each node that was summed up, with all below it.
    private final Map<ChunkId, Long> sums = new HashMap<>();

    private final class Sum implements ContentTree.Visitor {
      /// One sum for each node on the way down; the first is that of the whole checkpoint.
      private final List<long[]> open = new ArrayList<>(List.of(new long[1]));

      @Override
      public boolean enter(ChunkId node, int level, Range covered) {
        Long known = sums.get(node);
        if (known != null) {
          open.getLast()[0] += known;
          return false;
        }
        open.add(new long[] {length(node)});
        return true;
      }

      @Override
      public void chunk(ChunkId chunk, Range covered) throws IOException {
        Need need = needs.get(chunk);
        if (need != null) {
          open.getLast()[0] += need.at.length();
          if (need.at.encoding().isDelta()) {
            open.getLast()[0] += store.chunks().fullForm(chunk).map(this::length).orElse(0L);
          }
        }
      }

      @Override
      public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
        leave(node, level);
      }

      @Override
      public void leave(ChunkId node, int level) {
        long sum = open.removeLast()[0];
        sums.put(node, sum);
        open.getLast()[0] += sum;
      }

      private long length(ChunkId id) {
        Need need = needs.get(id);
        return need == null ? 0 : need.at.length();
      }
    }

    private Totals totals(long logical, long data) throws IOException {
      long uniqueBytes = 0;
      long storedBytes = 0;
      long chunks = 0;
      for (Need need : needs.values()) {
        storedBytes += need.at.length();
        if (need.at.level() == 0) {
          uniqueBytes += need.at.rawLength();
          chunks++;
        }
      }
      long packBytes = 0;
      for (java.nio.file.Path pack : store.packDirectory().list().values()) {
        packBytes += java.nio.file.Files.size(pack);
      }
      return new Totals(logical, data, uniqueBytes, storedBytes, packBytes, chunks);
    }
  }
}
