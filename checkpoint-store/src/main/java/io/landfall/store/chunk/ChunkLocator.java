package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.util.Optional;

/// Knows where chunks lie: by an index, or by the tables of the packs.
@FunctionalInterface
public interface ChunkLocator {
  /// Where `id` lies, or empty if the store has no such chunk.
  Optional<ChunkLocation> find(ChunkId id) throws IOException;

  /// Told that a chunk was not where [#find] said, since its pack was removed meanwhile: what is
  /// said from now on comes of another look.
  default void lookAgain() throws IOException {
    // An index that its writer keeps says where a chunk is now.
  }
}
