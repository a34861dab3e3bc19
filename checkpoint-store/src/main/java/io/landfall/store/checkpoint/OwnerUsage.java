package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.LocationSet;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the checkpoints of each owner need of the packs.
///
/// The bytes that each checkpoint added are no answer: a checkpoint also needs what those added
/// that are deleted since. So trees are walked; but only for an owner whose checkpoints could
/// exceed the limit even if nothing in them were shared or compressed, and again only after one of
/// them was deleted.
///
/// Any thread.
final class OwnerUsage {
  private final CheckpointStore store;
  // guarded by this
  private final Map<String, Long> walked = new HashMap<>();
  private final Map<String, Long> reserved = new HashMap<>();

  OwnerUsage(CheckpointStore store) {
    this.store = store;
  }

  /// @throws QuotaExceededException if the owner's checkpoints and `moreBytes` need more than the
  ///   quota, or all of it
  synchronized void require(String owner, long moreBytes) throws IOException {
    requireWithin(owner, moreBytes + reserved.getOrDefault(owner, 0L));
  }

  private void requireWithin(String owner, long moreBytes) throws IOException {
    long quota = store.settings().quotas().of(owner);
    if (quota == Long.MAX_VALUE) {
      return;
    }
    List<CheckpointRecord> records =
        store.list().stream().filter(record -> record.job().owner().equals(owner)).toList();
    if (atMost(records) + moreBytes < quota) {
      return;
    }
    long needed = needed(owner, records) + moreBytes;
    if (needed >= quota) {
      throw new QuotaExceededException(owner, needed, quota);
    }
  }

  /// What they would need if nothing were shared or compressed.
  private static long atMost(List<CheckpointRecord> records) {
    long bytes = 0;
    for (CheckpointRecord record : records) {
      IngestSummary summary = record.summary();
      bytes += summary.imageBytes() - summary.zeroBytes();
      bytes += record.blobs().stream().mapToLong(BlobRecord::sizeBytes).sum();
    }
    return bytes + bytes / 16; // headers and nodes are far less
  }

  private long needed(String owner, List<CheckpointRecord> records) throws IOException {
    Long known = walked.get(owner);
    if (known == null) {
      known = walk(records);
      walked.put(owner, known);
    }
    return known;
  }

  private long walk(List<CheckpointRecord> records) throws IOException {
    LocationSet needed = new LocationSet();
    for (CheckpointRecord record : records) {
      for (StoredContent content : record.contents()) {
        ContentTree.walk(store.chunks(), content, new Collector(store, needed));
      }
    }
    return needed.bytes();
  }

  /// What a commit writes at its end.
  @FunctionalInterface
  interface Commit {
    CheckpointRecord publish() throws IOException;
  }

  /// Sets `bytes` of the quota aside for a commit that is about to be made, so that two which are
  /// made at once do not both take what is left. Ends with [#settle] or [#release].
  ///
  /// @throws QuotaExceededException as [#require]
  synchronized void reserve(String owner, long bytes) throws IOException {
    require(owner, bytes);
    reserved.merge(owner, bytes, Long::sum);
  }

  /// Gives back what was set aside for a commit that is not made.
  synchronized void release(String owner, long bytes) {
    reserved.computeIfPresent(owner, (_, before) -> before == bytes ? null : before - bytes);
  }

  /// Makes a commit, which turns what was set aside into use.
  synchronized CheckpointRecord settle(String owner, long bytes, Commit commit) throws IOException {
    CheckpointRecord record = commit.publish();
    walked.computeIfPresent(owner, (_, before) -> before + bytes);
    return record;
  }

  /// A deletion may have given some back.
  synchronized void deleted(String owner) {
    walked.remove(owner);
  }

  /// What is damaged or missing needs nothing; verify names it.
  private record Collector(CheckpointStore store, LocationSet needed)
      implements ContentTree.Visitor {
    @Override
    public boolean enter(ChunkId node, int level, Range covered) throws IOException {
      return add(node).isPresent();
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      Optional<ChunkLocation> added = add(chunk);
      if (added.isPresent() && added.get().encoding().isDelta()) {
        Optional<ChunkId> base = store.chunks().fullForm(chunk);
        if (base.isPresent()) {
          add(base.get());
        }
      }
    }

    private Optional<ChunkLocation> add(ChunkId id) throws IOException {
      return store.locator().find(id).filter(needed::add);
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
      System.getLogger(OwnerUsage.class.getName())
          .log(System.Logger.Level.WARNING, cause.getMessage() + "; run verify");
    }
  }
}
