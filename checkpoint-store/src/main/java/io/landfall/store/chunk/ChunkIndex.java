package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Where each durable chunk lies. Never truth: packs are, and the index can be made again from
/// them.
///
/// Every row points at bytes that survive a power cut, because rows are added after their pack was
/// forced.
public interface ChunkIndex extends AutoCloseable {

  /// Where `id` lies, if the index knows.
  Optional<ChunkLocation> find(ChunkId id) throws IOException;

  /// Where each of `ids` lies, in their order: one call for many, as an ingest asks that knows the
  /// names of its chunks beforehand.
  List<Optional<ChunkLocation>> findAll(List<ChunkId> ids) throws IOException;

  /// Adds rows for durable records of one pack and notes how far the pack is indexed, in one step.
  void add(long pack, List<PackEntry> entries, long indexedLength) throws IOException;

  /// How far pack `pack` is indexed: [Long#MAX_VALUE] if it is sealed and wholly indexed.
  OptionalLong indexedLength(long pack) throws IOException;

  /// The packs that have rows, with [#indexedLength].
  Map<Long, Long> packs() throws IOException;

  /// Removes rows of chunks that point into one of `packs`, and what is noted of those packs, in
  /// one durable step.
  void remove(Set<Long> packs, List<ChunkId> ids) throws IOException;

  /// Removes every row.
  void clear() throws IOException;

  /// Makes all rows durable.
  void sync() throws IOException;

  /// About how many chunks have rows.
  long estimatedChunks() throws IOException;

  @Override
  void close() throws IOException;
}
