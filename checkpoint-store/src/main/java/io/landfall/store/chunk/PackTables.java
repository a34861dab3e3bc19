package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Finds chunks without an index, through the tables at the ends of the packs: a binary search in
/// each, the pack of the last hit first, since neighbours on a disk are neighbours in a pack. Where
/// packs are many, [PackPointers] say in which to search.
///
/// For looking into a store beside its daemon, or when there is none: needs no database, no lock
/// and, up to 64 packs, no memory, since tables are mapped. Packs whose table is damaged, and packs
/// still being written, are walked record by record instead.
///
/// Any thread. Caller closes, when no look-up is running: then the mappings end.
public final class PackTables implements ChunkLocator, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PackTables.class.getName());
  private static final int HEADER_ID_OFFSET = 16;
  private static final int FEW = 64;

  private final PackDirectory directory;
  private final Arena mappings = Arena.ofShared();
  private final Map<Long, Table> known = new HashMap<>(); // guarded by this
  private final CopyOnWriteArrayList<Table> recentFirst = new CopyOnWriteArrayList<>();
  private volatile Optional<PackPointers> pointers = Optional.empty();

  /// Looks at the packs that are there now; [#refresh] looks again.
  public PackTables(PackDirectory directory) throws IOException {
    this.directory = directory;
    refresh();
  }

  /// The chunks of one pack.
  interface Table {
    long pack();

    boolean complete();

    long rowCount();

    void forEachId(Consumer<ChunkId> action);

    Optional<ChunkLocation> find(ChunkId id) throws IOException;
  }

  @Override
  public Optional<ChunkLocation> find(ChunkId id) throws IOException {
    Optional<ChunkLocation> found = search(id);
    return found.isPresent() ? found : searchAgain(id);
  }

  @Override
  public void lookAgain() throws IOException {
    refresh();
  }

  /// Whoever looks while another thread puts a table to the front may miss that table: only a miss
  /// while nobody moves one is believed.
  private synchronized Optional<ChunkLocation> searchAgain(ChunkId id) throws IOException {
    refresh();
    return search(id);
  }

  private Optional<ChunkLocation> search(ChunkId id) throws IOException {
    Optional<PackPointers> many = pointers;
    if (many.isPresent()) {
      return many.get().find(id);
    }
    for (Table table : recentFirst) {
      Optional<ChunkLocation> found = table.find(id);
      if (found.isPresent()) {
        moveToFront(table);
        return found;
      }
    }
    return Optional.empty();
  }

  private synchronized void moveToFront(Table table) {
    if (recentFirst.getFirst().pack() != table.pack() && recentFirst.remove(table)) {
      recentFirst.addFirst(table);
    }
  }

  /// Takes notice of packs that were added, sealed or removed since; says whether there were any.
  public synchronized boolean refresh() throws IOException {
    Map<Long, Path> now = directory.list();
    List<Table> gone =
        recentFirst.stream().filter(table -> !now.containsKey(table.pack())).toList();
    List<Table> old =
        recentFirst.stream()
            .filter(table -> !now.containsKey(table.pack()) || !table.complete())
            .toList();
    old.forEach(table -> known.remove(table.pack()));
    recentFirst.removeAll(Set.copyOf(old));
    List<Table> added = new ArrayList<>();
    for (Map.Entry<Long, Path> pack : now.entrySet()) {
      if (!known.containsKey(pack.getKey())) {
        Optional<Table> table = load(pack.getKey(), pack.getValue());
        table.ifPresent(one -> known.put(pack.getKey(), one));
        table.ifPresent(added::add);
      }
    }
    recentFirst.addAll(added);
    point(!gone.isEmpty(), added);
    return !old.isEmpty() || !added.isEmpty();
  }

  /// Pointers to a table whose pack is gone would find chunks where they are no more, so all are
  /// made again. Those to a pack that is being written, and is read again each time, stay right.
  private void point(boolean gone, List<Table> added) {
    Optional<PackPointers> before = pointers;
    if (recentFirst.size() <= FEW) {
      pointers = Optional.empty();
    } else if (before.isEmpty() || gone || !added.stream().allMatch(before.get()::add)) {
      pointers = Optional.of(PackPointers.of(recentFirst));
    }
  }

  private Optional<Table> load(long pack, Path path) throws IOException {
    try (PackFile file = PackFile.open(path)) {
      if (PackDirectory.isSealed(path)) {
        try {
          return Optional.of(MappedTable.of(pack, file, mappings));
        } catch (DamagedPackException e) {
          LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; reading its records instead");
        }
      }
      return Optional.of(ScannedTable.of(pack, file, PackDirectory.isSealed(path)));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // sealed or removed while we looked; the next refresh sees it
    } catch (DamagedPackException e) {
      // An open one may have been made just now, without a byte in it yet.
      LOG.log(
          PackDirectory.isSealed(path) ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
          e.getMessage() + "; its chunks are out of reach");
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    mappings.close();
  }

  /// The table of a sealed pack, in its file.
  private record MappedTable(long pack, MemorySegment rows) implements Table {
    static MappedTable of(long pack, PackFile file, Arena mappings) throws IOException {
      PackTable.Trailer trailer = file.trailer();
      long bytes = trailer.records() * PackEntry.SIZE_BYTES;
      MemorySegment rows =
          file.channel().map(MapMode.READ_ONLY, trailer.tableOffset(), bytes, mappings);
      PackTable.requireIntact(file.header(), trailer, rows.asByteBuffer(), file.path());
      return new MappedTable(pack, rows);
    }

    @Override
    public boolean complete() {
      return true;
    }

    @Override
    public long rowCount() {
      return rows.byteSize() / PackEntry.SIZE_BYTES;
    }

    @Override
    public void forEachId(Consumer<ChunkId> action) {
      for (long i = 0; i < rowCount(); i++) {
        action.accept(ChunkId.readFrom(row(i).position(Long.BYTES + HEADER_ID_OFFSET)));
      }
    }

    @Override
    public Optional<ChunkLocation> find(ChunkId id) throws IOException {
      long low = 0;
      long high = rows.byteSize() / PackEntry.SIZE_BYTES - 1;
      while (low <= high) {
        long middle = (low + high) >>> 1;
        ByteBuffer row = row(middle);
        int order = ChunkId.readFrom(row.position(Long.BYTES + HEADER_ID_OFFSET)).compareTo(id);
        if (order == 0) {
          long offset = row.getLong(0);
          ChunkHeader header = ChunkHeader.readFrom(row.position(Long.BYTES));
          return Optional.of(new PackEntry(offset, header).locationIn(pack));
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return Optional.empty();
    }

    private ByteBuffer row(long index) {
      return rows.asSlice(index * PackEntry.SIZE_BYTES, PackEntry.SIZE_BYTES).asByteBuffer();
    }
  }

  /// A pack without a table that can be used.
  private record ScannedTable(long pack, boolean complete, Map<ChunkId, ChunkLocation> rows)
      implements Table {
    static ScannedTable of(long pack, PackFile file, boolean complete) throws IOException {
      Map<ChunkId, ChunkLocation> rows = new HashMap<>();
      for (PackEntry entry : file.walk()) {
        rows.putIfAbsent(entry.header().id(), entry.locationIn(pack));
      }
      return new ScannedTable(pack, complete, rows);
    }

    @Override
    public long rowCount() {
      return rows.size();
    }

    @Override
    public void forEachId(Consumer<ChunkId> action) {
      rows.keySet().forEach(action);
    }

    @Override
    public Optional<ChunkLocation> find(ChunkId id) {
      return Optional.ofNullable(rows.get(id));
    }
  }
}
