package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.ChunkSession;
import io.landfall.store.chunk.MissingChunkException;
import io.landfall.store.chunk.PackKind;
import io.landfall.store.chunking.ChunkPlan;
import io.landfall.store.chunking.ChunkWalk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/// Puts the content of one device into the store: reads only what nobody can tell without reading,
/// stores only what is not there.
///
/// Used by one thread, which starts several; those share a few of [ChunkWorker].
final class DeviceIngest {
  /// Chunk names that are looked for with one call of the index.
  private static final int LOOK_UPS_AT_ONCE = 512;

  private final ChunkSession session;
  private final ChunkReader stored;
  private final PackKind kind;
  private final BlockDevice content;
  private final Manifest.Builder manifest;
  private final int chunkSizeBytes;
  private final Optional<Manifest> claimed;
  private final LongConsumer progress;
  private final StoreSettings settings;
  private Optional<Manifest> deltaBases = Optional.empty();

  private final LongAdder claimedBytes = new LongAdder();
  private final LongAdder duplicateBytes = new LongAdder();
  private final LongAdder newBytes = new LongAdder();
  private final LongAdder storedBytes = new LongAdder();
  private long unchangedBytes;

  DeviceIngest(
      StoreSettings settings,
      ChunkSession session,
      ChunkReader stored,
      PackKind kind,
      BlockDevice content,
      Manifest.Builder manifest,
      int chunkSizeBytes,
      Optional<Manifest> claimed,
      LongConsumer progress) {
    this.settings = settings;
    this.session = session;
    this.stored = stored;
    this.kind = kind;
    this.content = content;
    this.manifest = manifest;
    this.chunkSizeBytes = chunkSizeBytes;
    this.claimed = claimed;
    this.progress = progress;
  }

  /// Takes the chunk at the same place in `parent` as the base of a page delta.
  void useDeltaBases(Manifest parent) {
    deltaBases = Optional.of(parent);
  }

  /// Keeps what `baseline` says has not changed: the builder starts as the parent's manifest, and
  /// every chunk that must be looked at is taken out of it.
  ///
  /// @param trusted whether a committed checkpoint has the parent's content; if none has, each
  ///   chunk is looked for, and read if it is not there
  void keepUnchanged(Baseline baseline, Manifest parent, boolean trusted) throws IOException {
    ChunkPlan plan = ChunkPlan.ofChanges(content, chunkSizeBytes, baseline.changed());
    BitSet touched = new BitSet();
    long chunks = parent.chunkCount();
    for (var range : baseline.changed()) {
      if (!range.isEmpty()) {
        touched.set(
            (int) (range.offset() / chunkSizeBytes),
            (int) Math.min(chunks, (range.end() - 1) / chunkSizeBytes + 1));
      }
    }
    BitSet unknown = new BitSet();
    for (int i = 0; i < chunks; i++) {
      if (touched.get(i)) {
        manifest.put(i, ChunkId.ZERO);
      } else if (!parent.chunk(i).isZero()) {
        unchangedBytes += length(i);
        unknown.set(i, !trusted);
      }
    }
    lookUp(
        parent,
        unknown,
        (index, held) -> {
          if (!held) {
            unchangedBytes -= length(index);
            manifest.put(index, ChunkId.ZERO);
            plan.toRead().set(index);
          }
        });
    walk(plan);
  }

  /// Reads everything that holds data.
  void readAll() throws IOException {
    walk(ChunkPlan.ofData(content, chunkSizeBytes));
  }

  /// Told for each chunk whether the store holds it; from then on the ingest relies on it.
  private interface LookUp {
    void chunk(int index, boolean held);
  }

  /// Looks for the chunks that `names` has at `indexes`, many at once.
  private void lookUp(Manifest names, BitSet indexes, LookUp result) throws IOException {
    int at = indexes.nextSetBit(0);
    while (at >= 0) {
      List<Integer> batch = new ArrayList<>(LOOK_UPS_AT_ONCE);
      for (; at >= 0 && batch.size() < LOOK_UPS_AT_ONCE; at = indexes.nextSetBit(at + 1)) {
        batch.add(at);
      }
      BitSet held = session.touchAll(batch.stream().map(index -> names.chunk(index)).toList());
      for (int i = 0; i < batch.size(); i++) {
        result.chunk(batch.get(i), held.get(i));
      }
    }
  }

  /// Takes out of the plan what the store holds under the name that the source gives it.
  private void leaveOutClaimed(Manifest names, ChunkPlan plan) throws IOException {
    lookUp(
        names,
        (BitSet) plan.toRead().clone(),
        (index, held) -> {
          if (held) {
            keepClaimed(index, names.chunk(index));
            plan.toRead().clear(index);
          }
        });
  }

  private void keepClaimed(long index, ChunkId id) {
    manifest.put(index, id);
    if (!id.isZero()) {
      claimedBytes.add(length(index));
    }
  }

  private void walk(ChunkPlan plan) throws IOException {
    if (claimed.isPresent()) {
      leaveOutClaimed(claimed.get(), plan);
    }
    progress.accept(content.sizeBytes() - plan.bytesToRead());
    ChunkWalk.run(content, plan, settings.parallelReads(), this::wants, ChunkWorker::new);
  }

  /// A chunk that occurs twice is there when its second place is come to.
  private boolean wants(long index) throws IOException {
    if (claimed.isEmpty() || !session.touch(claimed.get().chunk(index))) {
      return true;
    }
    keepClaimed(index, claimed.get().chunk(index));
    progress.accept(length(index));
    return false;
  }

  private int length(long index) {
    return Chunks.length(index, content.sizeBytes(), chunkSizeBytes);
  }

  Manifest manifest() {
    return manifest.build();
  }

  IngestSummary summary() {
    long image = content.sizeBytes();
    long known = claimedBytes.sum() + duplicateBytes.sum() + newBytes.sum() + unchangedBytes;
    return new IngestSummary(
        image,
        image - known,
        unchangedBytes,
        claimedBytes.sum(),
        duplicateBytes.sum(),
        newBytes.sum(),
        storedBytes.sum());
  }

  /// What is done with a chunk that was read.
  private final class ChunkWorker implements ChunkWalk.Worker {
    private final ChunkEncoder encoder = new ChunkEncoder(settings.compression());
    private final ByteBuffer base = ByteBuffer.allocate(chunkSizeBytes);

    @Override
    public void chunk(long index, ByteBuffer plain) throws IOException {
      int length = plain.remaining();
      ChunkId id = Chunks.isZero(plain) ? ChunkId.ZERO : ChunkId.of(plain);
      requireAsClaimed(index, id);
      manifest.put(index, id);
      if (!id.isZero()) {
        boolean there = session.touch(id);
        int stored = there ? 0 : store(index, id, plain);
        (stored == 0 ? duplicateBytes : newBytes).add(length);
        storedBytes.add(stored);
      }
      progress.accept(length);
    }

    /// A source that is wrong about one chunk may be wrong about those that were not read.
    private void requireAsClaimed(long index, ChunkId id) throws CorruptChunkException {
      if (claimed.isPresent() && !claimed.get().chunk(index).equals(id)) {
        throw new CorruptChunkException(
            CorruptChunkException.Reason.WRONG_CONTENT,
            content
                + " at "
                + index * chunkSizeBytes
                + ": the source announces chunk "
                + claimed.get().chunk(index)
                + ", its bytes have the id "
                + id);
      }
    }

    private int store(long index, ChunkId id, ByteBuffer plain) throws IOException {
      Optional<ChunkId> baseId = readBase(index, plain.remaining());
      if (baseId.isEmpty()) {
        return session.store(kind, encoder.encode(id, plain));
      }
      EncodedChunk encoded = encoder.encode(id, plain, baseId.get(), base.duplicate());
      return session.storeDelta(kind, encoded, () -> encoder.encode(id, plain));
    }

    /// Reads the base of a delta into `base`; a base that is missing or damaged is none.
    private Optional<ChunkId> readBase(long index, int length) throws IOException {
      if (deltaBases.isEmpty() || deltaBases.get().chunkCount() <= index) {
        return Optional.empty();
      }
      ChunkId former = deltaBases.get().chunk(index);
      Optional<ChunkId> baseId = former.isZero() ? Optional.empty() : stored.fullForm(former);
      if (baseId.isEmpty() || !session.isFullAndDurable(baseId.get())) {
        return Optional.empty();
      }
      try {
        stored.read(baseId.get(), 0, base.clear().limit(length));
        base.flip();
        return baseId;
      } catch (CorruptChunkException | MissingChunkException e) {
        System.getLogger(DeviceIngest.class.getName())
            .log(System.Logger.Level.WARNING, e.getMessage() + "; stored in full instead");
        return Optional.empty();
      }
    }
  }
}
