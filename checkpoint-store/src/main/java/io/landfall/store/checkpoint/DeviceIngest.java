package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.CorruptChunkException;
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
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/// Puts the content of one device into the store: reads only what nobody can tell without reading,
/// stores only what is not there.
///
/// Used by one thread, which starts several; each of those has a [ChunkWorker].
final class DeviceIngest {
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
    for (int i = 0; i < chunks; i++) {
      if (touched.get(i)) {
        manifest.put(i, ChunkId.ZERO);
      } else if (!trusted && !session.touch(parent.chunk(i))) {
        manifest.put(i, ChunkId.ZERO);
        plan.toRead().set(i);
      } else if (!parent.chunk(i).isZero()) {
        unchangedBytes += length(i);
      }
    }
    walk(plan);
  }

  /// Reads everything that holds data.
  void readAll() throws IOException {
    walk(ChunkPlan.ofData(content, chunkSizeBytes));
  }

  private void walk(ChunkPlan plan) throws IOException {
    progress.accept(content.sizeBytes() - plan.bytesToRead());
    ChunkWalk.run(content, plan, settings.parallelReads(), ChunkWorker::new);
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

  /// What one reading thread does with its chunks.
  private final class ChunkWorker implements ChunkWalk.Worker {
    private final ChunkEncoder encoder = new ChunkEncoder(settings.compression());
    private final ByteBuffer base = ByteBuffer.allocate(chunkSizeBytes);

    @Override
    public boolean wants(long index) throws IOException {
      if (claimed.isEmpty()) {
        return true;
      }
      ChunkId id = claimed.get().chunk(index);
      if (!session.touch(id)) {
        return true;
      }
      manifest.put(index, id);
      if (!id.isZero()) {
        claimedBytes.add(length(index));
      }
      progress.accept(length(index));
      return false;
    }

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
      return session.store(
          kind,
          baseId.isPresent()
              ? encoder.encode(id, plain, baseId.get(), base.duplicate())
              : encoder.encode(id, plain));
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
