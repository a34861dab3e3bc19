package io.landfall.store.index;

import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.ChunkIndex;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.io.FileLayer;
import io.landfall.store.io.StoreFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The chunk index in RocksDB.
///
/// ```
/// column family  key        value
/// chunk          id (32)    pack u64, offset u64, length u32, raw u32, encoding u8, level u8
/// pack           pack u64   indexed length u64; all ones: sealed and wholly indexed
/// ```
///
/// One writer process. Rows are written without a sync of their own: what is lost in a power cut is
/// read again from the packs, since the row that says a pack is indexed goes with it.
///
/// Any thread.
public final class RocksIndex implements ChunkIndex {
  private static final int LOCATION_BYTES = 26;
  static final byte[] CHUNK = {'c', 'h', 'u', 'n', 'k'};
  static final byte[] PACK = {'p', 'a', 'c', 'k'};

  private final Path path;
  private final Gate gate = new Gate();
  private final RocksOptions options;
  private final RocksDB db;
  private final List<ColumnFamilyHandle> handles;
  private final ColumnFamilyHandle chunks;
  private final ColumnFamilyHandle packs;

  private RocksIndex(
      Path path, RocksOptions options, RocksDB db, List<ColumnFamilyHandle> handles) {
    this.path = path;
    this.options = options;
    this.db = db;
    this.handles = handles;
    this.chunks = handles.get(1);
    this.packs = handles.get(2);
  }

  /// Opens the index in `path`, making it if it is not there. If RocksDB finds its files damaged,
  /// an empty index takes their place, to be filled from the packs.
  public static RocksIndex open(Path path, IndexSettings settings) throws IOException {
    RocksDB.loadLibrary();
    FileLayer.disk().createDirectory(path);
    try {
      return openNow(path, settings);
    } catch (RocksDBException e) {
      if (!isDamage(e)) {
        throw failure(path, e);
      }
      System.getLogger(RocksIndex.class.getName())
          .log(
              System.Logger.Level.WARNING,
              path + ": damaged, making a new one from the packs: " + e.getMessage());
    }
    setAside(path);
    try {
      return openNow(path, settings);
    } catch (RocksDBException e) {
      throw failure(path, e);
    }
  }

  private static RocksIndex openNow(Path path, IndexSettings settings) throws RocksDBException {
    RocksOptions options = RocksOptions.of(settings);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB db =
          RocksDB.open(
              options.database(),
              path.toString(),
              List.of(
                  new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.small()),
                  new ColumnFamilyDescriptor(CHUNK, options.chunks()),
                  new ColumnFamilyDescriptor(PACK, options.small())),
              handles);
      return new RocksIndex(path, options, db, handles);
    } catch (RocksDBException e) {
      options.close();
      throw e;
    }
  }

  private static boolean isDamage(RocksDBException e) {
    return e.getStatus() != null
        && switch (e.getStatus().getCode()) {
          case Corruption, NotFound -> true;
          case InvalidArgument -> true; // CURRENT or MANIFEST unreadable is reported so
          default -> false;
        };
  }

  /// Moves the damaged files to a directory beside, replacing an older such one.
  private static void setAside(Path path) throws IOException {
    Path aside = path.resolveSibling(path.getFileName() + ".damaged");
    deleteTree(aside);
    Files.move(path, aside);
    FileLayer.disk().createDirectory(path);
  }

  /// Removes the index in `path`, open nowhere, so that the next opening makes it again.
  public static void delete(Path path) throws IOException {
    deleteTree(path);
  }

  static void deleteTree(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private static IOException failure(Path path, RocksDBException e) {
    return StoreFullException.orSame(path, new IOException("index: " + e.getMessage(), e));
  }

  private <T> T call(Gate.Call<T> call) throws IOException {
    try {
      return gate.call(call);
    } catch (IOException e) {
      throw StoreFullException.orSame(path, e);
    }
  }

  @Override
  public Optional<ChunkLocation> find(ChunkId id) throws IOException {
    byte[] row = call(() -> db.get(chunks, id.toBytes()));
    return row == null ? Optional.empty() : Optional.of(location(row));
  }

  @Override
  public List<Optional<ChunkLocation>> findAll(List<ChunkId> ids) throws IOException {
    List<byte[]> keys = ids.stream().map(ChunkId::toBytes).toList();
    List<byte[]> rows =
        call(() -> db.multiGetAsList(Collections.nCopies(keys.size(), chunks), keys));
    List<Optional<ChunkLocation>> found = new ArrayList<>(rows.size());
    for (byte[] row : rows) {
      found.add(row == null ? Optional.empty() : Optional.of(location(row)));
    }
    return found;
  }

  static ChunkLocation location(byte[] row) throws IOException {
    if (row.length != LOCATION_BYTES) {
      throw new IOException(
          "index: a row of "
              + row.length
              + " bytes, expected "
              + LOCATION_BYTES
              + "; run rebuild-index");
    }
    ByteBuffer bytes = ByteBuffer.wrap(row);
    long pack = bytes.getLong();
    long offset = bytes.getLong();
    int length = bytes.getInt();
    int rawLength = bytes.getInt();
    ChunkEncoding encoding =
        ChunkEncoding.ofCode(bytes.get())
            .orElseThrow(
                () -> new IOException("index: a row of an unknown encoding; run rebuild-index"));
    return new ChunkLocation(pack, offset, length, rawLength, encoding, bytes.get());
  }

  private static byte[] row(ChunkLocation at) {
    ByteBuffer bytes = ByteBuffer.allocate(LOCATION_BYTES);
    bytes.putLong(at.pack()).putLong(at.offset()).putInt(at.length()).putInt(at.rawLength());
    return bytes.put(at.encoding().code()).put((byte) at.level()).array();
  }

  @Override
  public void add(long pack, List<PackEntry> entries, long indexedLength) throws IOException {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions unsynced = new WriteOptions()) {
      call(() -> {
        for (PackEntry entry : entries) {
          batch.put(chunks, entry.header().id().toBytes(), row(entry.locationIn(pack)));
        }
        batch.put(packs, key(pack), key(indexedLength));
        db.write(unsynced, batch);
        return null;
      });
    }
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  @Override
  public OptionalLong indexedLength(long pack) throws IOException {
    byte[] row = call(() -> db.get(packs, key(pack)));
    return row == null ? OptionalLong.empty() : OptionalLong.of(ByteBuffer.wrap(row).getLong());
  }

  @Override
  public Map<Long, Long> packs() throws IOException {
    return call(() -> {
      Map<Long, Long> all = new TreeMap<>();
      try (RocksIterator rows = db.newIterator(packs)) {
        for (rows.seekToFirst(); rows.isValid(); rows.next()) {
          all.put(ByteBuffer.wrap(rows.key()).getLong(), ByteBuffer.wrap(rows.value()).getLong());
        }
        rows.status();
      }
      return all;
    });
  }

  @Override
  public void remove(Set<Long> gone, List<ChunkId> ids) throws IOException {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions synced = new WriteOptions().setSync(true)) {
      call(() -> {
        for (ChunkId id : ids) {
          byte[] row = db.get(chunks, id.toBytes());
          if (row != null && gone.contains(ByteBuffer.wrap(row).getLong())) {
            batch.delete(chunks, id.toBytes());
          }
        }
        for (long pack : gone) {
          batch.delete(packs, key(pack));
        }
        db.write(synced, batch);
        return null;
      });
    }
  }

  @Override
  public void clear() throws IOException {
    byte[] first = new byte[0];
    byte[] behindAll = new byte[ChunkId.SIZE_BYTES + 1];
    java.util.Arrays.fill(behindAll, (byte) 0xFF);
    call(() -> {
      db.deleteRange(packs, first, behindAll);
      db.deleteRange(chunks, first, behindAll);
      return null;
    });
    sync();
  }

  @Override
  public void sync() throws IOException {
    call(() -> {
      db.flushWal(true);
      return null;
    });
  }

  @Override
  public long estimatedChunks() throws IOException {
    return call(() -> db.getLongProperty(chunks, "rocksdb.estimate-num-keys"));
  }

  /// Closes handles, then the database, then its options, once no call is running.
  @Override
  public void close() {
    gate.close(() -> {
      handles.forEach(ColumnFamilyHandle::close);
      db.close();
      options.close();
    });
  }
}
