package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.store.io.FileLayer;
import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// All packs of a store, open for adding to: the one writer of the daemon.
///
/// A chunk is known in one of two places. `pending` has what was appended to a pack that has not
/// been forced since; the index has what is durable. A chunk moves from the first to the second
/// when its pack is forced, in that order, so that it is never in neither.
///
/// Sessions take plain ids; everything in here goes by stored ones (see [Seal]).
///
/// Any thread.
public final class ChunkStore implements ChunkLocator, AutoCloseable {
  /// A pack is sealed when it is this large.
  public static final long PACK_BYTES = 64L << 20;

  /// At the end of an ingest a pack is sealed from this size; a smaller one waits for the next.
  static final long MIN_SEALED_BYTES = 16L << 20;

  /// Bounds the table of a pack of tiny records to 6 MiB.
  static final int MAX_RECORDS = 65_536;

  private static final System.Logger LOG = System.getLogger(ChunkStore.class.getName());
  private static final int MAX_SEALING = 3;
  private static final int STRIPES = 64;

  private final FileLayer files;
  private final PackDirectory directory;
  private final UUID store;
  private final ChunkIndex index;
  private final Seal seal;
  private final Map<ChunkId, ChunkLocation> pending = new ConcurrentHashMap<>();
  private final Map<Long, OpenPack> openPacks = new ConcurrentHashMap<>();
  private final PackPins pins = new PackPins();
  private final PackReaders headers;
  private final Object[] stripes = new Object[STRIPES];
  private final Semaphore sealing = new Semaphore(MAX_SEALING);
  private final ExecutorService sealer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("landfall-seal-", 0).factory());

  // guarded by this
  private final Map<PackKind, Deque<OpenPack>> idle = new EnumMap<>(PackKind.class);
  private long nextSequence;

  /// Durable records that the index has not taken yet, oldest first: if it refuses some (its disk
  /// is full, say), the next attempt starts with them, since a row for a later part of a pack says
  /// that the earlier parts are indexed.
  private final Deque<Durable> backlog = new ArrayDeque<>(); // guarded by backlog

  private record Durable(long pack, List<PackEntry> entries, long indexedLength) {}

  private ChunkStore(
      FileLayer files,
      PackDirectory directory,
      UUID store,
      ChunkIndex index,
      Seal seal,
      long nextSequence) {
    this.files = files;
    this.directory = directory;
    this.store = store;
    this.index = index;
    this.seal = seal;
    this.headers = new PackReaders(directory);
    this.nextSequence = nextSequence;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Object();
    }
    for (PackKind kind : PackKind.values()) {
      idle.put(kind, new ArrayDeque<>());
    }
  }

  /// Opens the packs of a store: seals what a crash left open and brings the index up to them.
  ///
  /// @param index borrowed; the caller closes it after the store
  /// @param seal how chunks lie in it
  /// @param needed how far committed checkpoints say each open pack was durable
  public static ChunkStore open(
      FileLayer files,
      PackDirectory directory,
      UUID store,
      ChunkIndex index,
      Seal seal,
      Map<Long, Long> needed)
      throws IOException {
    PackRecovery recovery = new PackRecovery(files, directory);
    long last = -1;
    for (Map.Entry<Long, Path> pack : directory.list().entrySet()) {
      last = pack.getKey();
      if (!PackDirectory.isSealed(pack.getValue())) {
        recovery.seal(pack.getKey(), needed.getOrDefault(pack.getKey(), 0L));
      }
    }
    SortedMap<Long, Path> packs = directory.list();
    if (!packs.keySet().containsAll(index.packs().keySet())) {
      index.clear(); // it points at packs that are gone: nothing it says can be believed
    }
    indexNewPacks(index, packs);
    // The pack with the highest number is never removed, so a number is never used twice.
    return new ChunkStore(files, directory, store, index, seal, last + 1);
  }

  private static void indexNewPacks(ChunkIndex index, SortedMap<Long, Path> packs)
      throws IOException {
    Map<Long, Long> indexed = index.packs();
    for (Map.Entry<Long, Path> pack : packs.entrySet()) {
      if (indexed.getOrDefault(pack.getKey(), 0L) != Long.MAX_VALUE) {
        indexSealed(index, pack.getKey(), pack.getValue());
      }
    }
    index.sync();
  }

  private static void indexSealed(ChunkIndex index, long sequence, Path path) throws IOException {
    try (PackFile pack = PackFile.open(path)) {
      index.add(sequence, entries(pack), Long.MAX_VALUE);
    } catch (DamagedPackException e) {
      // Found again by every verify; the rest of the store stays usable.
      LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; run verify");
    }
  }

  private static List<PackEntry> entries(PackFile pack) throws IOException {
    try {
      return pack.table();
    } catch (DamagedPackException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; reading its records instead");
      return pack.walk();
    }
  }

  /// Asked before a session takes a new pack, which may become 64 MiB.
  @FunctionalInterface
  public interface RoomCheck {
    /// Returns if there is room for one.
    ///
    /// @throws io.landfall.store.io.StoreFullException if there is not
    void require() throws IOException;
  }

  /// Starts adding chunks. Caller closes.
  public ChunkSession begin(RoomCheck room) {
    return new ChunkSession(this, room);
  }

  /// Starts a garbage collection. Caller closes.
  ///
  /// @param readers of the same packs, to be told which are removed
  /// @throws IllegalStateException if one is running
  public PackCollection collect(PackReaders readers) {
    return new PackCollection(this, readers);
  }

  PackPins pins() {
    return pins;
  }

  Seal seal() {
    return seal;
  }

  ChunkIndex index() {
    return index;
  }

  PackDirectory directory() {
    return directory;
  }

  /// Removes a sealed pack to which no row of the index points any more.
  void deletePack(long sequence) throws IOException {
    headers.forget(sequence);
    files.delete(directory.sealed(sequence));
    files.syncDirectory(directory.group(sequence));
  }

  /// Moves a pack out of the store's sight.
  void movePack(Path pack, Path target) throws IOException {
    files.createDirectory(target.getParent());
    files.rename(pack, target);
    files.syncDirectory(target.getParent());
    files.syncDirectory(pack.getParent());
  }

  /// Where the chunk of this stored id lies; nothing here knows plain ones.
  @Override
  public Optional<ChunkLocation> find(ChunkId id) throws IOException {
    ChunkLocation at = pending.get(id);
    return at != null ? Optional.of(at) : index.find(id);
  }

  /// Where each of `ids` lies, in their order.
  List<Optional<ChunkLocation>> findAll(List<ChunkId> ids) throws IOException {
    // Pending ones first: a chunk moves from there to the index and never back.
    List<Optional<ChunkLocation>> waiting =
        ids.stream().map(id -> Optional.ofNullable(pending.get(id))).toList();
    List<Optional<ChunkLocation>> indexed = index.findAll(ids);
    List<Optional<ChunkLocation>> found = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      found.add(waiting.get(i).isPresent() ? waiting.get(i) : indexed.get(i));
    }
    return found;
  }

  /// Which chunk the page delta at `at` changes.
  ChunkId baseOf(ChunkLocation at) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(ChunkHeader.SIZE_BYTES);
    headers.read(at.pack(), at.offset(), header);
    return ChunkHeader.readFrom(header.flip()).base();
  }

  /// Where `id` lies if that would survive a power cut.
  Optional<ChunkLocation> findDurable(ChunkId id) throws IOException {
    return index.find(id);
  }

  boolean isPending(ChunkId id, ChunkLocation at) {
    return at.equals(pending.get(id));
  }

  Object stripe(ChunkId id) {
    return stripes[Math.floorMod(id.hashCode(), STRIPES)];
  }

  void addPending(ChunkId id, ChunkLocation at) {
    pending.put(id, at);
  }

  /// No pack with a lower number will be written to any more.
  public synchronized long lowestOpenPack() {
    return openPacks.keySet().stream().reduce(nextSequence, Math::min);
  }

  /// An open pack of `kind` that nobody else appends to.
  synchronized OpenPack acquire(PackKind kind, RoomCheck room) throws IOException {
    OpenPack waiting = idle.get(kind).poll();
    if (waiting != null) {
      return waiting;
    }
    room.require();
    OpenPack pack = OpenPack.create(files, directory, new PackHeader(kind, store, nextSequence));
    nextSequence++;
    openPacks.put(pack.sequence(), pack);
    return pack;
  }

  /// Takes back a pack at the end of an ingest.
  void release(OpenPack pack) throws IOException {
    if (pack.poisoned()) {
      return; // recovery looks after it
    }
    if (pack.length() >= MIN_SEALED_BYTES || pack.records() >= MAX_RECORDS / 2) {
      seal(pack);
    } else {
      synchronized (this) {
        idle.get(pack.kind()).add(pack);
      }
    }
  }

  boolean isFull(OpenPack pack) {
    return pack.length() >= PACK_BYTES || pack.records() >= MAX_RECORDS;
  }

  /// Seals a full pack beside the ingest, which waits only if several are being sealed.
  void sealLater(OpenPack pack) throws IOException {
    try {
      sealing.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a pack was to be sealed", e);
    }
    sealer.execute(() -> {
      try {
        seal(pack);
      } catch (IOException e) {
        // The ingests that need this pack are told by their barrier.
        System.getLogger(ChunkStore.class.getName())
            .log(System.Logger.Level.WARNING, "a pack was not sealed: " + e.getMessage());
      } finally {
        sealing.release();
      }
    });
  }

  private void seal(OpenPack pack) throws IOException {
    try {
      pack.seal(this::noteDurable);
      openPacks.remove(pack.sequence());
    } catch (IOException e) {
      forgetUndurable(pack);
      throw e;
    }
  }

  /// Returns when pack `sequence` is durable up to `end`.
  void makeDurable(long sequence, long end) throws IOException {
    OpenPack pack = openPacks.get(sequence);
    if (pack == null) {
      return; // sealed
    }
    try {
      pack.force(end, this::noteDurable);
    } catch (IOException e) {
      forgetUndurable(pack);
      throw e;
    }
  }

  private void noteDurable(long pack, List<PackEntry> entries, long indexedLength)
      throws IOException {
    synchronized (backlog) {
      backlog.add(new Durable(pack, entries, indexedLength));
      while (!backlog.isEmpty()) {
        Durable next = backlog.peek();
        index.add(next.pack(), next.entries(), next.indexedLength());
        for (PackEntry entry : next.entries()) {
          pending.remove(entry.header().id(), entry.locationIn(next.pack()));
        }
        backlog.remove();
      }
    }
  }

  private void forgetUndurable(OpenPack pack) {
    if (pack.poisoned()) {
      for (PackEntry entry : pack.undurable()) {
        pending.remove(entry.header().id(), entry.locationIn(pack.sequence()));
      }
    }
  }

  /// Seals all packs. Sessions must be closed before.
  @Override
  public void close() throws IOException {
    headers.close();
    sealer.shutdown();
    try {
      if (!sealer.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IOException("packs are still being sealed after a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while packs were being sealed", e);
    }
    IOException failure = null;
    for (OpenPack pack : new ArrayList<>(openPacks.values())) {
      try {
        if (pack.poisoned()) {
          pack.abandon();
        } else {
          seal(pack);
        }
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
