package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.ChunkLocator;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackTables;
import java.io.IOException;
import java.util.Optional;

/// Reads the packs' tables when the first chunk is looked for: a listing needs none.
///
/// Any thread.
final class LazyTables implements ChunkLocator, AutoCloseable {
  private final PackDirectory directory;
  private PackTables tables; // guarded by this
  private boolean closed; // guarded by this

  LazyTables(PackDirectory directory) {
    this.directory = directory;
  }

  @Override
  public Optional<ChunkLocation> find(ChunkId id) throws IOException {
    return tables().find(id);
  }

  @Override
  public void lookAgain() throws IOException {
    tables().lookAgain();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (tables != null) {
      tables.close();
    }
  }

  private synchronized PackTables tables() throws IOException {
    if (closed) {
      throw new IOException("the store is closed");
    }
    if (tables == null) {
      tables = new PackTables(directory);
    }
    return tables;
  }
}
