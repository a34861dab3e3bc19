package io.landfall.store.index;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.ChunkLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/// A look at an index without changing it: RocksDB's secondary instance, with a scratch directory
/// of its own.
///
/// Never `openReadOnly`: measured on this version's predecessors, that deleted files which a live
/// writer still needed. Caller closes. Any thread.
public final class IndexView implements AutoCloseable {
  private final Gate gate = new Gate();
  private final Path scratch;
  private final RocksOptions options;
  private final RocksDB db;
  private final List<ColumnFamilyHandle> handles;

  private IndexView(
      Path scratch, RocksOptions options, RocksDB db, List<ColumnFamilyHandle> handles) {
    this.scratch = scratch;
    this.options = options;
    this.db = db;
    this.handles = handles;
  }

  /// Opens a view of the index in `path`.
  public static IndexView open(Path path) throws IOException {
    RocksDB.loadLibrary();
    Path scratch = Files.createTempDirectory("landfall-index-view");
    RocksOptions options = RocksOptions.of(IndexSettings.DEFAULT);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    List<ColumnFamilyDescriptor> families =
        List.of(
            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.small()),
            new ColumnFamilyDescriptor(RocksIndex.CHUNK, options.chunks()),
            new ColumnFamilyDescriptor(RocksIndex.PACK, options.small()));
    try {
      RocksDB db =
          RocksDB.openAsSecondary(
              options.database(), path.toString(), scratch.toString(), families, handles);
      return new IndexView(scratch, options, db, handles);
    } catch (RocksDBException e) {
      options.close();
      RocksIndex.deleteTree(scratch);
      throw new IOException("index: " + e.getMessage(), e);
    }
  }

  /// Where `id` lies according to the index.
  public Optional<ChunkLocation> find(ChunkId id) throws IOException {
    byte[] row = gate.call(() -> db.get(handles.get(1), id.toBytes()));
    return row == null ? Optional.empty() : Optional.of(RocksIndex.location(row));
  }

  /// Makes RocksDB read all its files and compare their checksums.
  public void verifyFiles() throws IOException {
    gate.call(() -> {
      db.verifyChecksum();
      return null;
    });
  }

  @Override
  public void close() throws IOException {
    gate.close(() -> {
      handles.forEach(ColumnFamilyHandle::close);
      db.close();
      options.close();
    });
    RocksIndex.deleteTree(scratch);
  }
}
