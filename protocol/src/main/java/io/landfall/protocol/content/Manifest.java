package io.landfall.protocol.content;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

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

  /// The node ids of each level, lowest first; the last has one id, the root, unless the image is
  /// empty. A 255th of the chunk ids in all, kept so that trees can be walked and compared.
  private final List<MemorySegment> nodes;

  private final ImageId imageId;

  private Manifest(long sizeBytes, int chunkSizeBytes, MemorySegment ids) {
    this.sizeBytes = sizeBytes;
    this.chunkSizeBytes = chunkSizeBytes;
    this.ids = ids;
    this.nodes = nodesAbove(ids);
    this.imageId = imageId(sizeBytes, chunkSizeBytes, root());
  }

  /// Receives the nodes of a tree.
  @FunctionalInterface
  public interface NodeVisitor {
    /// One node that is not all zero.
    ///
    /// @param level 1 for a node of chunk ids, up to [Manifest#height] for the root
    /// @param childIds 32 bytes each, read-only
    void node(ChunkId id, int level, ByteBuffer childIds) throws IOException;
  }

  /// Gives the nodes of a tree by name.
  @FunctionalInterface
  public interface NodeSource {
    /// Fills `target` with the child ids of a node; the node must have exactly that length.
    void read(ChunkId id, int level, ByteBuffer target) throws IOException;
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

  /// Levels of nodes above the chunks: 1 up to 64 MiB of 256 KiB chunks, 2 up to 16 GiB, 3 up to 4
  /// TiB; 1 also for an empty image.
  public int height() {
    return nodes.size();
  }

  /// The id of the topmost node; [ChunkId#ZERO] if the image is all zero or empty.
  public ChunkId root() {
    MemorySegment top = nodes.getLast();
    return top.byteSize() == 0 ? ChunkId.ZERO : idAt(top, 0);
  }

  /// Visits every node that is not all zero, children before their parents, so that whoever stores
  /// them in this order never stores a node before what it points to.
  public void forEachNode(NodeVisitor visitor) throws IOException {
    MemorySegment children = ids;
    for (int level = 1; level <= height(); level++) {
      MemorySegment parents = nodes.get(level - 1);
      for (long i = 0; i < parents.byteSize() / ChunkId.SIZE_BYTES; i++) {
        ChunkId id = idAt(parents, i);
        if (!id.isZero()) {
          visitor.node(id, level, childrenOf(children, i).asByteBuffer().asReadOnlyBuffer());
        }
      }
      children = parents;
    }
  }

  /// Reads a manifest back from its tree.
  ///
  /// @param root as [#root] gave it
  /// @throws CorruptChunkException if a node's bytes are not the ones that its id names
  /// @throws IOException if `source` fails
  public static Manifest fromTree(
      long sizeBytes, int chunkSizeBytes, ChunkId root, NodeSource source) throws IOException {
    Builder all = new Builder(sizeBytes, chunkSizeBytes);
    List<MemorySegment> levels = new ArrayList<>();
    levels.add(all.ids);
    while (levels.getLast().byteSize() > ChunkId.SIZE_BYTES || levels.size() == 1) {
      levels.add(allocateParents(levels.getLast()));
    }
    if (!root.isZero()) {
      requireSome(sizeBytes, root);
      putId(levels.getLast(), 0, root);
    }
    for (int level = levels.size() - 1; level >= 1; level--) {
      readLevel(levels.get(level), levels.get(level - 1), level, source);
    }
    return new Manifest(sizeBytes, chunkSizeBytes, all.ids);
  }

  private static void requireSome(long sizeBytes, ChunkId root) throws CorruptChunkException {
    if (sizeBytes == 0) {
      throw new CorruptChunkException(
          CorruptChunkException.Reason.INCONSISTENT,
          "manifest: an empty image has the root " + root + ", expected zeros");
    }
  }

  private static void readLevel(
      MemorySegment level, MemorySegment below, int height, NodeSource source) throws IOException {
    for (long i = 0; i < level.byteSize() / ChunkId.SIZE_BYTES; i++) {
      ChunkId id = idAt(level, i);
      if (!id.isZero()) {
        MemorySegment children = childrenOf(below, i);
        source.read(id, height, children.asByteBuffer());
        ChunkDecoder.requireContent(id, height, children.asByteBuffer());
      }
    }
  }

  private static MemorySegment childrenOf(MemorySegment children, long index) {
    long nodeBytes = (long) FAN_OUT * ChunkId.SIZE_BYTES;
    long from = index * nodeBytes;
    return children.asSlice(from, Math.min(nodeBytes, children.byteSize() - from));
  }

  /// The name of a content of which only the root and the geometry are known.
  public static ImageId imageId(long sizeBytes, int chunkSizeBytes, ChunkId root) {
    ByteBuffer geometry = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES);
    geometry.putLong(sizeBytes).putInt(chunkSizeBytes).putInt(FAN_OUT).flip();
    MessageDigest sha256 = ChunkId.sha256();
    sha256.update(IMAGE_DOMAIN);
    sha256.update(geometry);
    sha256.update(root.toBytes());
    return new ImageId(ChunkId.fromDigest(sha256.digest()));
  }

  private static List<MemorySegment> nodesAbove(MemorySegment ids) {
    List<MemorySegment> levels = new ArrayList<>();
    MemorySegment level = ids;
    do {
      level = parents(level, (byte) levels.size());
      levels.add(level);
    } while (level.byteSize() > ChunkId.SIZE_BYTES);
    return List.copyOf(levels);
  }

  private static MemorySegment allocateParents(MemorySegment children) {
    long count = Math.ceilDiv(children.byteSize(), (long) FAN_OUT * ChunkId.SIZE_BYTES);
    return Arena.ofAuto().allocate(count * ChunkId.SIZE_BYTES, Long.BYTES);
  }

  private static MemorySegment parents(MemorySegment children, byte level) {
    MemorySegment parents = allocateParents(children);
    for (long i = 0; i < parents.byteSize() / ChunkId.SIZE_BYTES; i++) {
      putId(parents, i, nodeId(level, childrenOf(children, i)));
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
