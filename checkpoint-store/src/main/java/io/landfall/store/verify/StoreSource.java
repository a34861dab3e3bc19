package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.MissingChunkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/// Another store, in which anything may be damaged too.
///
/// @param store owned
record StoreSource(CheckpointStore store) implements RepairSource {
  @Override
  public int fetch(Map<ChunkId, Repair.Wanted> missing, ChunkReader here, Sink sink)
      throws IOException {
    int fetched = 0;
    for (Map.Entry<ChunkId, Repair.Wanted> one : missing.entrySet()) {
      ByteBuffer plain = ByteBuffer.allocate(one.getValue().rawLength());
      try {
        store.chunks().read(one.getKey(), one.getValue().level(), plain);
      } catch (MissingChunkException | CorruptChunkException e) {
        continue;
      }
      sink.put(one.getKey(), one.getValue().level(), plain.flip());
      fetched++;
    }
    return fetched;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
