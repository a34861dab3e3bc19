package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentTree;
import io.landfall.store.checkpoint.StoredContent;
import io.landfall.store.verify.Finding.Affected;
import io.landfall.store.verify.Finding.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Walks the trees of all checkpoints and finds out whom damage concerns. A subtree in which all is
/// well is walked once, however many checkpoints share it.
final class TreeCheck {
  private final CheckpointStore store;
  private final Map<ChunkId, Finding> damaged;
  private final Map<ChunkId, List<Affected>> affected = new HashMap<>();
  private final Map<ChunkId, Finding> missing = new HashMap<>();
  private final Set<ChunkId> wellNodes = new HashSet<>();

  /// Concerns itself with chunks of `damaged`, which has stored ids, and with those that are
  /// nowhere.
  TreeCheck(CheckpointStore store, Map<ChunkId, Finding> damaged) {
    this.store = store;
    this.damaged = damaged;
  }

  void check(CheckpointRecord record) throws IOException {
    for (StoredContent content : record.contents()) {
      ContentTree.walk(store.chunks(), content, new Walk(record, content));
    }
  }

  /// All findings, each with whom it concerns.
  ///
  /// A checkpoint may have been deleted since the records were read, and what it alone needed
  /// collected. Its record goes before anything that it needs: whoever misses something and then
  /// finds the record still there has found damage.
  List<Finding> findings() {
    Predicate<Affected> there = affects(new HashMap<>());
    List<Finding> all = new ArrayList<>();
    damaged.forEach((id, finding) -> all.add(finding.withAffected(still(there, id))));
    missing.forEach((id, finding) -> {
      List<Affected> concerned = still(there, id);
      if (!concerned.isEmpty()) {
        all.add(finding.withAffected(concerned));
      }
    });
    return all;
  }

  private Predicate<Affected> affects(Map<CheckpointId, Boolean> recorded) {
    return one -> recorded.computeIfAbsent(one.checkpoint(), store::isRecorded);
  }

  private List<Affected> still(Predicate<Affected> there, ChunkId id) {
    return affected.getOrDefault(id, List.of()).stream().filter(there).toList();
  }

  private final class Walk implements ContentTree.Visitor {
    private final CheckpointRecord record;
    private final StoredContent content;
    private int troubles;
    private final List<Integer> troublesAtEntry = new ArrayList<>();

    Walk(CheckpointRecord record, StoredContent content) {
      this.record = record;
      this.content = content;
    }

    @Override
    public boolean enter(ChunkId node, int level, Range covered) {
      if (wellNodes.contains(node)) {
        return false;
      }
      troublesAtEntry.add(troubles);
      return true;
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      ChunkId stored = store.seal().storedId(chunk);
      if (damaged.containsKey(stored)) {
        concern(stored, covered);
      } else if (missing.containsKey(chunk) || !store.holds(chunk)) {
        missing(chunk, covered, "chunk " + chunk + " is in no pack");
      }
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
      troublesAtEntry.removeLast();
      ChunkId stored = store.seal().storedId(node);
      if (damaged.containsKey(stored)) {
        concern(stored, covered);
      } else {
        missing(node, covered, "manifest node: " + cause.getMessage());
      }
    }

    @Override
    public void leave(ChunkId node, int level) {
      if (troublesAtEntry.removeLast() == troubles) {
        wellNodes.add(node);
      }
    }

    private void missing(ChunkId id, Range covered, String what) {
      missing.computeIfAbsent(
          id, _ -> new Finding(Kind.MISSING, store.packDirectory().root(), -1, what, List.of()));
      concern(id, covered);
    }

    private void concern(ChunkId id, Range covered) {
      troubles++;
      affected
          .computeIfAbsent(id, _ -> new ArrayList<>())
          .add(new Affected(record.job(), record.id(), content.name(), covered));
    }
  }
}
