package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;

/// The store holds no chunk of this name.
public final class MissingChunkException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Names the chunk that is not there.
  public MissingChunkException(ChunkId id) {
    super("chunk " + id + " is not in the store");
  }
}
