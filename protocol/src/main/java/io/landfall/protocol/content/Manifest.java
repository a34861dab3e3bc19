package io.landfall.protocol.content;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// The ids of all chunks of one disk or memory state, as a Merkle tree of fan-out [#FAN_OUT].
///
/// Shape: level 0 nodes hold up to 256 chunk ids (a node covers 64 MiB of 256 KiB chunks and is 8
/// KiB of ids), level 1 nodes up to 256 ids of level 0 nodes, and so on up to one root. The id of a
/// node is SHA-256 over the byte `0x01`, its level (u8) and its child ids; a node whose children
/// are all zero has the reserved id [ChunkId#ZERO] and is neither stored nor sent. Equal subtrees
/// have equal ids, so comparing, diffing and moving a changed image costs only what changed.
///
/// In memory the chunk ids are one flat run outside the heap: 128 MiB for 1 TiB. Immutable; any
/// thread may read it.
public final class Manifest {
  /// Children of a full node.
  public static final int FAN_OUT = 256;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final byte[] IMAGE_DOMAIN =
      "landfall image 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte NODE_DOMAIN = 0x01;

  private final long sizeBytes;
  private final int chunkSizeBytes;
  private final MemorySegment ids;
  private final ImageId imageId;

  private Manifest(long sizeBytes, int chunkSizeBytes, MemorySegment ids) {
    this.sizeBytes = sizeBytes;
    this.chunkSizeBytes = chunkSizeBytes;
    this.ids = ids;
    this.imageId = computeImageId();
  }

  /// Starts a manifest in which every chunk is zero.
  ///
  /// @throws IllegalArgumentException for a negative size or a chunk size that
  ///   [Chunks#requireChunkSize] refuses
  public static Builder builder(long sizeBytes, int chunkSizeBytes) {
    return new Builder(sizeBytes, chunkSizeBytes);
  }

  /// Starts a manifest that is equal to this one until chunks are put into it.
  public Builder toBuilder() {
    Builder copy = new Builder(sizeBytes, chunkSizeBytes);
    MemorySegment.copy(ids, 0, copy.ids, 0, ids.byteSize());
    return copy;
  }

  /// Bytes of the image, as the guest sees it.
  public long sizeBytes() {
    return sizeBytes;
  }

  public int chunkSizeBytes() {
    return chunkSizeBytes;
  }

  public long chunkCount() {
    return Chunks.count(sizeBytes, chunkSizeBytes);
  }

  /// The id of chunk `index`, which covers the image from `index * chunkSizeBytes()`.
  public ChunkId chunk(long index) {
    return idAt(ids, index);
  }

  public ImageId imageId() {
    return imageId;
  }

  /// All chunk ids in order, 32 bytes each, read-only.
  public MemorySegment ids() {
    return ids.asReadOnly();
  }

  private ImageId computeImageId() {
    ChunkId root = root();
    ByteBuffer geometry = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES);
    geometry.putLong(sizeBytes).putInt(chunkSizeBytes).putInt(FAN_OUT).flip();
    MessageDigest sha256 = ChunkId.sha256();
    sha256.update(IMAGE_DOMAIN);
    sha256.update(geometry);
    sha256.update(root.toBytes());
    return new ImageId(ChunkId.fromDigest(sha256.digest()));
  }

  private ChunkId root() {
    MemorySegment level = ids;
    byte height = 0;
    do {
      level = parents(level, height++);
    } while (level.byteSize() > ChunkId.SIZE_BYTES);
    return level.byteSize() == 0 ? ChunkId.ZERO : idAt(level, 0);
  }

  private static MemorySegment parents(MemorySegment children, byte level) {
    long nodeBytes = (long) FAN_OUT * ChunkId.SIZE_BYTES;
    long count = Math.ceilDiv(children.byteSize(), nodeBytes);
    MemorySegment parents = Arena.ofAuto().allocate(count * ChunkId.SIZE_BYTES, Long.BYTES);
    for (long i = 0; i < count; i++) {
      long from = i * nodeBytes;
      putId(
          parents,
          i,
          nodeId(level, children.asSlice(from, Math.min(nodeBytes, children.byteSize() - from))));
    }
    return parents;
  }

  /// The id of a tree node from its child ids.
  static ChunkId nodeId(byte level, MemorySegment childIds) {
    ByteBuffer bytes = childIds.asByteBuffer();
    if (Chunks.isZero(bytes)) {
      return ChunkId.ZERO;
    }
    MessageDigest sha256 = ChunkId.sha256();
    sha256.update(NODE_DOMAIN);
    sha256.update(level);
    sha256.update(bytes);
    return ChunkId.fromDigest(sha256.digest());
  }

  private static ChunkId idAt(MemorySegment ids, long index) {
    long at = index * ChunkId.SIZE_BYTES;
    return new ChunkId(
        ids.get(WORD, at), ids.get(WORD, at + 8), ids.get(WORD, at + 16), ids.get(WORD, at + 24));
  }

  private static void putId(MemorySegment ids, long index, ChunkId id) {
    long at = index * ChunkId.SIZE_BYTES;
    ids.set(WORD, at, id.w0());
    ids.set(WORD, at + 8, id.w1());
    ids.set(WORD, at + 16, id.w2());
    ids.set(WORD, at + 24, id.w3());
  }

  /// Collects chunk ids in any order. Different threads may put different chunks; `build` comes
  /// after all of them.
  public static final class Builder {
    private final long sizeBytes;
    private final int chunkSizeBytes;
    private final MemorySegment ids;

    private Builder(long sizeBytes, int chunkSizeBytes) {
      if (sizeBytes < 0) {
        throw new IllegalArgumentException(
            "image size: " + sizeBytes + " bytes, expected 0 or more");
      }
      this.sizeBytes = sizeBytes;
      this.chunkSizeBytes = Chunks.requireChunkSize(chunkSizeBytes);
      long count = Chunks.count(sizeBytes, chunkSizeBytes);
      this.ids = Arena.ofAuto().allocate(count * ChunkId.SIZE_BYTES, Long.BYTES);
    }

    /// Names chunk `index`.
    ///
    /// @throws IndexOutOfBoundsException unless `0 <= index < chunkCount`
    public Builder put(long index, ChunkId id) {
      putId(ids, index, id);
      return this;
    }

    /// The id put for `index` so far, or [ChunkId#ZERO].
    public ChunkId get(long index) {
      return idAt(ids, index);
    }

    public Manifest build() {
      MemorySegment copy = Arena.ofAuto().allocate(ids.byteSize(), Long.BYTES);
      copy.copyFrom(ids);
      return new Manifest(sizeBytes, chunkSizeBytes, copy);
    }
  }
}
