package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.store.chunk.ChunkReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A disk or memory state of a checkpoint, read lazily: a chunk is fetched, decoded and checked
/// against its id when a byte of it is wanted.
///
/// Complete: what holds no data reads as zeros, and says `ZERO`. The last [#CACHED_CHUNKS] chunks
/// are kept, so that small reads do not decode a chunk each time. Any thread.
public final class CheckpointDevice implements BlockDevice {
  /// 8 MiB of 256 KiB chunks.
  static final int CACHED_CHUNKS = 32;

  private final String name;
  private final Manifest manifest;
  private final ChunkReader chunks;
  private final Map<ChunkId, ByteBuffer> cache =
      new LinkedHashMap<>(16, 0.75f, true) { // guarded by itself
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ChunkId, ByteBuffer> eldest) {
          return size() > CACHED_CHUNKS;
        }
      };

  CheckpointDevice(String name, Manifest manifest, ChunkReader chunks) {
    this.name = name;
    this.manifest = manifest;
    this.chunks = chunks;
  }

  /// The ids of all its chunks.
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public long sizeBytes() {
    return manifest.sizeBytes();
  }

  /// Fills `target` with verified bytes.
  ///
  /// @throws io.landfall.protocol.content.CorruptChunkException if a chunk is damaged
  /// @throws io.landfall.store.chunk.MissingChunkException if a chunk is not in the store
  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long at = offset;
    while (target.hasRemaining()) {
      long index = at / manifest.chunkSizeBytes();
      int within = (int) (at % manifest.chunkSizeBytes());
      int length = Math.min(chunkLength(index) - within, target.remaining());
      readWithin(index, within, length, target);
      at += length;
    }
  }

  private int chunkLength(long index) {
    return Chunks.length(index, manifest.sizeBytes(), manifest.chunkSizeBytes());
  }

  private void readWithin(long index, int within, int length, ByteBuffer target)
      throws IOException {
    ChunkId id = manifest.chunk(index);
    if (id.isZero() || (within == 0 && length == chunkLength(index))) {
      ByteBuffer part = target.slice(target.position(), length);
      chunks.read(id, 0, part);
    } else {
      target.put(target.position(), cached(index, id), within, length);
    }
    target.position(target.position() + length);
  }

  private ByteBuffer cached(long index, ChunkId id) throws IOException {
    synchronized (cache) {
      ByteBuffer known = cache.get(id);
      if (known != null) {
        return known;
      }
    }
    ByteBuffer plain = ByteBuffer.allocate(chunkLength(index));
    chunks.read(id, 0, plain);
    plain.flip();
    synchronized (cache) {
      cache.put(id, plain);
    }
    return plain;
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    for (long at = offset; at < end && extents.size() < limit; ) {
      boolean zero = isZeroAt(at);
      long start = at;
      do {
        at = Math.min(end, (at / manifest.chunkSizeBytes() + 1) * manifest.chunkSizeBytes());
      } while (at < end && isZeroAt(at) == zero);
      extents.add(new Extent(start, at - start, zero ? Extent.Kind.ZERO : Extent.Kind.DATA));
    }
    return extents;
  }

  private boolean isZeroAt(long offset) {
    return manifest.chunk(offset / manifest.chunkSizeBytes()).isZero();
  }

  /// Gives the cache back; the store stays open.
  @Override
  public void close() {
    synchronized (cache) {
      cache.clear();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
