package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// An index on the heap, gone with the process: for stores that fit, and for tests that open one a
/// thousand times.
///
/// Any thread.
public final class MemoryIndex implements ChunkIndex {
  private final Map<ChunkId, ChunkLocation> chunks = new ConcurrentHashMap<>();
  private final Map<Long, Long> packs = new ConcurrentHashMap<>();

  /// Creates an empty index.
  public MemoryIndex() {}

  @Override
  public Optional<ChunkLocation> find(ChunkId id) {
    return Optional.ofNullable(chunks.get(id));
  }

  @Override
  public List<Optional<ChunkLocation>> findAll(List<ChunkId> ids) {
    return ids.stream().map(this::find).toList();
  }

  @Override
  public void add(long pack, List<PackEntry> entries, long indexedLength) {
    for (PackEntry entry : entries) {
      chunks.put(entry.header().id(), entry.locationIn(pack));
    }
    packs.put(pack, indexedLength);
  }

  @Override
  public OptionalLong indexedLength(long pack) {
    Long length = packs.get(pack);
    return length == null ? OptionalLong.empty() : OptionalLong.of(length);
  }

  @Override
  public Map<Long, Long> packs() {
    return new TreeMap<>(packs);
  }

  @Override
  public void remove(Set<Long> gone, List<ChunkId> ids) {
    for (ChunkId id : ids) {
      chunks.computeIfPresent(id, (_, at) -> gone.contains(at.pack()) ? null : at);
    }
    packs.keySet().removeAll(gone);
  }

  @Override
  public void clear() {
    chunks.clear();
    packs.clear();
  }

  @Override
  public void sync() {}

  @Override
  public long estimatedChunks() {
    return chunks.size();
  }

  @Override
  public void close() {}
}
