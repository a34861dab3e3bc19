package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.ChunkReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/// Has chunks that a damaged store may miss.
interface RepairSource extends AutoCloseable {

  /// Takes verified plain bytes.
  @FunctionalInterface
  interface Sink {
    void put(ChunkId id, int level, ByteBuffer plain) throws IOException;
  }

  /// Hands over those of `missing` that it has.
  ///
  /// @param here what the damaged store still has: bases of page deltas
  /// @return how many it handed over
  int fetch(Map<ChunkId, Repair.Wanted> missing, ChunkReader here, Sink sink) throws IOException;

  @Override
  void close() throws IOException;
}
