package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.util.Optional;

/// Knows where chunks lie: by an index, or by the tables of the packs.
@FunctionalInterface
public interface ChunkLocator {
  /// Where `id` lies, or empty if the store has no such chunk.
  Optional<ChunkLocation> find(ChunkId id) throws IOException;
}
