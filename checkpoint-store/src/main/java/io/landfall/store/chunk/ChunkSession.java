package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// What one ingest puts into the chunk store, and what it relies on.
///
/// **A chunk that is already there may lie in another ingest's pack and not be durable yet.** So
/// every hit is noted, and [#barrier] makes durable every pack that this session wrote to *or* hit,
/// up to the last byte it relies on.
///
/// Any thread; several threads of one ingest share a session. `close` gives the packs back; what
/// was appended stays until garbage collection finds that nothing refers to it.
public final class ChunkSession implements AutoCloseable {
  /// Packs of one kind that are appended to at once. The kernel lets one thread at a time write to
  /// a file, and copies what it writes meanwhile.
  private static final int LANES = 2;

  private final ChunkStore store;
  private final ChunkStore.RoomCheck room;
  private final Map<PackKind, List<Lane>> lanes = new EnumMap<>(PackKind.class);
  private final Map<Long, Long> reliedOn = new ConcurrentHashMap<>();
  private final Set<Long> pinned = ConcurrentHashMap.newKeySet();
  private final LongAdder storedChunks = new LongAdder();
  private final LongAdder storedBytes = new LongAdder();

  ChunkSession(ChunkStore store, ChunkStore.RoomCheck room) {
    this.store = store;
    this.room = room;
    for (PackKind kind : PackKind.values()) {
      lanes.put(kind, Stream.generate(Lane::new).limit(LANES).toList());
    }
  }

  /// A pack that this session appends chunks of one kind to.
  private static final class Lane {
    private final ReentrantLock lock = new ReentrantLock();
    private OpenPack pack; // guarded by lock
  }

  /// Whether the store holds `id`; if so, this session relies on it from now on.
  public boolean touch(ChunkId id) throws IOException {
    if (id.isZero()) {
      return true;
    }
    ChunkId stored = store.seal().storedId(id);
    return relyOn(stored, store.find(stored));
  }

  /// Like [#touch] for many chunks with one look into the index: bit `i` says whether the store
  /// holds `ids.get(i)`.
  public BitSet touchAll(List<ChunkId> ids) throws IOException {
    List<ChunkId> stored = ids.stream().map(store.seal()::storedId).toList();
    List<Optional<ChunkLocation>> found = store.findAll(stored);
    BitSet held = new BitSet(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      held.set(i, ids.get(i).isZero() || relyOn(stored.get(i), found.get(i)));
    }
    return held;
  }

  private boolean relyOn(ChunkId id, Optional<ChunkLocation> at) throws IOException {
    if (at.isEmpty() || !pin(at.get().pack()) || !keepsBase(at.get())) {
      return false;
    }
    relyOn(id, at.get());
    return true;
  }

  /// A page delta that nobody else needs any more is there, but its base may be about to be
  /// collected: whoever relies on the one relies on the other.
  private boolean keepsBase(ChunkLocation at) throws IOException {
    return !at.encoding().isDelta() || isStoredFullAndDurable(store.baseOf(at));
  }

  /// Keeps garbage collection away from a pack until this session ends; in vain if the pack is
  /// being emptied already.
  private boolean pin(long pack) {
    return pinned.contains(pack) || store.pins().pin(pack, pinned);
  }

  private void relyOn(ChunkId id, ChunkLocation at) {
    if (store.isPending(id, at)) {
      reliedOn.merge(at.pack(), at.end(), Math::max);
    }
  }

  /// Whether `id` may be the base of a page delta: durable, guest data, and encoded in full.
  ///
  /// Durable, because whoever later hits the delta would have to make its base durable too.
  public boolean isFullAndDurable(ChunkId id) throws IOException {
    return isStoredFullAndDurable(store.seal().storedId(id));
  }

  private boolean isStoredFullAndDurable(ChunkId id) throws IOException {
    Optional<ChunkLocation> at = store.findDurable(id);
    return at.isPresent()
        && !at.get().encoding().isDelta()
        && at.get().level() == 0
        && pin(at.get().pack());
  }

  /// Makes the full form of a chunk.
  @FunctionalInterface
  public interface FullForm {
    /// Encodes it.
    EncodedChunk make() throws IOException;
  }

  /// Stores a chunk in full unless the store has it meanwhile; either way this session relies on
  /// it.
  ///
  /// @return bytes it took: 0 if it was there
  public int store(PackKind kind, EncodedChunk chunk) throws IOException {
    if (chunk.header().encoding().isDelta()) {
      throw new IllegalArgumentException("a page delta needs its full form beside it");
    }
    ChunkId stored = store.seal().storedId(chunk.header().id());
    return put(kind, stored, () -> store.seal().seal(chunk), () -> store.seal().seal(chunk));
  }

  /// Stores a chunk as a page delta unless the store has it meanwhile.
  ///
  /// A chunk that is there but may not be relied on, because its pack is being emptied, is stored
  /// in full: others may know it as the base of their deltas, and no delta may take the place of
  /// that.
  ///
  /// @param inFull makes the same chunk's full form
  /// @return bytes it took: 0 if it was there
  public int storeDelta(PackKind kind, EncodedChunk delta, FullForm inFull) throws IOException {
    Seal seal = store.seal();
    ChunkId stored = seal.storedId(delta.header().id());
    return put(kind, stored, () -> seal.seal(delta), () -> seal.seal(inFull.make()));
  }

  /// Stores a record of a pack that is being emptied, as it lies there.
  int move(PackKind kind, EncodedChunk chunk) throws IOException {
    return put(kind, chunk.header().id(), () -> chunk, () -> chunk);
  }

  private int put(PackKind kind, ChunkId id, FullForm offered, FullForm inFull) throws IOException {
    EncodedChunk chunk;
    OpenPack full;
    synchronized (store.stripe(id)) {
      Optional<ChunkLocation> at = store.find(id);
      if (relyOn(id, at)) {
        return 0;
      }
      chunk = (at.isPresent() ? inFull : offered).make();
      full = append(kind, chunk);
    }
    int bytes = chunk.header().totalLength();
    storedChunks.increment();
    storedBytes.add(bytes);
    if (full != null) {
      store.sealLater(full);
    }
    return bytes;
  }

  /// Appends, and returns the pack if it is full by that.
  private OpenPack append(PackKind kind, EncodedChunk chunk) throws IOException {
    Lane lane = lock(lanes.get(kind));
    try {
      if (lane.pack == null) {
        lane.pack = store.acquire(kind, room);
      }
      OpenPack pack = lane.pack;
      pin(pack.sequence());
      ChunkLocation at = pack.append(chunk);
      store.addPending(chunk.header().id(), at);
      reliedOn.merge(at.pack(), at.end(), Math::max);
      if (store.isFull(pack)) {
        lane.pack = null;
        return pack;
      }
      return null;
    } finally {
      lane.lock.unlock();
    }
  }

  /// The first lane that nobody appends to. Only threads that meet take more packs than one, and
  /// only those of an ingest that fills a pack anyway.
  private Lane lock(List<Lane> ofKind) {
    boolean large = storedBytes.sum() >= ChunkStore.MIN_SEALED_BYTES;
    for (Lane lane : large ? ofKind : List.<Lane>of()) {
      if (lane.lock.tryLock()) {
        return lane;
      }
    }
    Lane lane = large ? ofKind.getLast() : ofKind.getFirst();
    lane.lock.lock();
    return lane;
  }

  /// Returns when everything this session relies on would survive a power cut.
  ///
  /// @return the packs it relies on that were open, each with the length that is durable
  /// @throws IOException if a pack could not be forced; the session is of no use then
  public SortedMap<Long, Long> barrier() throws IOException {
    SortedMap<Long, Long> packs = new TreeMap<>(reliedOn);
    for (Map.Entry<Long, Long> pack : packs.entrySet()) {
      store.makeDurable(pack.getKey(), pack.getValue());
    }
    return packs;
  }

  /// Packs in which something is that this session relies on.
  public Set<Long> pinnedPacks() {
    return Set.copyOf(pinned);
  }

  /// Chunks that this session added.
  public long storedChunks() {
    return storedChunks.sum();
  }

  /// Bytes that this session added, headers included.
  public long storedBytes() {
    return storedBytes.sum();
  }

  @Override
  public void close() throws IOException {
    try {
      releaseLanes();
    } finally {
      store.pins().release(pinned);
      pinned.clear();
    }
  }

  private void releaseLanes() throws IOException {
    for (List<Lane> ofKind : lanes.values()) {
      for (Lane lane : ofKind) {
        lane.lock.lock();
        try {
          if (lane.pack != null) {
            OpenPack pack = lane.pack;
            lane.pack = null;
            store.release(pack);
          }
        } finally {
          lane.lock.unlock();
        }
      }
    }
  }
}
