package io.landfall.protocol.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The ids of all chunks of one disk or memory state, as a Merkle tree of fan-out [#FAN_OUT].
///
/// Shape: level 0 nodes hold up to 256 chunk ids (a node covers 64 MiB of 256 KiB chunks and is 8
/// KiB of ids), level 1 nodes up to 256 ids of level 0 nodes, and so on up to one root. The id of a
/// node is SHA-256 over the byte `0x01`, its level (u8) and its child ids; a node whose children
/// are all zero has the reserved id [ChunkId#ZERO] and is neither stored nor sent. Equal subtrees
/// have equal ids, so comparing, diffing and moving a changed image costs only what changed.
///
/// In memory the chunk ids lie outside the heap, 128 MiB for 1 TiB of data; what is all zero takes
/// nothing, and what was made by [#toBuilder] shares what did not change. Immutable; any thread may
/// read it.
public final class Manifest {
  /// Children of a full node.
  public static final int FAN_OUT = 256;

  private static final byte[] IMAGE_DOMAIN =
      "landfall image 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte NODE_DOMAIN = 0x01;

  private final long sizeBytes;
  private final int chunkSizeBytes;
  private final IdRun ids;

  /// The node ids of each level, lowest first; the last has one id, the root, unless the image is
  /// empty. A 255th of the chunk ids in all, kept so that trees can be walked and compared.
  private final List<IdRun> nodes;

  private final ImageId imageId;

  /// @param former whose pages `ids` may share, so that their nodes need no hashing
  private Manifest(long sizeBytes, int chunkSizeBytes, IdRun ids, Optional<Manifest> former) {
    this.sizeBytes = sizeBytes;
    this.chunkSizeBytes = chunkSizeBytes;
    this.ids = ids;
    this.nodes = nodesAbove(ids, former);
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
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("image size: " + sizeBytes + " bytes, expected 0 or more");
    }
    long count = Chunks.count(sizeBytes, Chunks.requireChunkSize(chunkSizeBytes));
    return new Builder(sizeBytes, chunkSizeBytes, IdRun.zeros(count), Optional.empty());
  }

  /// Starts a manifest that is equal to this one until chunks are put into it.
  public Builder toBuilder() {
    return new Builder(sizeBytes, chunkSizeBytes, ids, Optional.of(this));
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
    return ids.get(index);
  }

  public ImageId imageId() {
    return imageId;
  }

  /// Levels of nodes above the chunks: 1 up to 64 MiB of 256 KiB chunks, 2 up to 16 GiB, 3 up to 4
  /// TiB; 1 also for an empty image.
  public int height() {
    return nodes.size();
  }

  /// The id of the topmost node; [ChunkId#ZERO] if the image is all zero or empty.
  public ChunkId root() {
    IdRun top = nodes.getLast();
    return top.count() == 0 ? ChunkId.ZERO : top.get(0);
  }

  /// Visits every node that is not all zero, children before their parents, so that whoever stores
  /// them in this order never stores a node before what it points to.
  public void forEachNode(NodeVisitor visitor) throws IOException {
    IdRun children = ids;
    for (int level = 1; level <= height(); level++) {
      IdRun parents = nodes.get(level - 1);
      for (int i = 0; i < children.pageCount(); i++) {
        ChunkId id = parents.get(i);
        if (!id.isZero()) {
          visitor.node(id, level, children.page(i));
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
    List<Long> counts = new ArrayList<>();
    counts.add(Chunks.count(sizeBytes, Chunks.requireChunkSize(chunkSizeBytes)));
    while (counts.getLast() > 1 || counts.size() == 1) {
      counts.add(Math.ceilDiv(counts.getLast(), (long) FAN_OUT));
    }
    IdRun.Builder top = new IdRun.Builder(IdRun.zeros(counts.getLast()));
    if (!root.isZero()) {
      requireSome(sizeBytes, root);
      top.put(0, root);
    }
    IdRun level = top.build();
    for (int height = counts.size() - 1; height >= 1; height--) {
      level = readBelow(level, counts.get(height - 1), height, source);
    }
    return new Manifest(sizeBytes, chunkSizeBytes, level, Optional.empty());
  }

  private static void requireSome(long sizeBytes, ChunkId root) throws CorruptChunkException {
    if (sizeBytes == 0) {
      throw new CorruptChunkException(
          CorruptChunkException.Reason.INCONSISTENT,
          "manifest: an empty image has the root " + root + ", expected zeros");
    }
  }

  /// The children of all nodes of `level`, of which there are `count`.
  private static IdRun readBelow(IdRun level, long count, int height, NodeSource source)
      throws IOException {
    IdRun.Builder below = new IdRun.Builder(IdRun.zeros(count));
    for (int i = 0; i < level.count(); i++) {
      ChunkId id = level.get(i);
      if (!id.isZero()) {
        ByteBuffer children = below.fill(i);
        source.read(id, height, children.duplicate());
        ChunkDecoder.requireContent(id, height, children);
      }
    }
    return below.build();
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

  private static List<IdRun> nodesAbove(IdRun ids, Optional<Manifest> former) {
    List<IdRun> levels = new ArrayList<>();
    IdRun level = ids;
    do {
      level = parents(level, (byte) levels.size(), levels.isEmpty() ? former : Optional.empty());
      levels.add(level);
    } while (level.count() > 1);
    return List.copyOf(levels);
  }

  /// @param former whose chunk ids `children` may share pages with
  private static IdRun parents(IdRun children, byte level, Optional<Manifest> former) {
    IdRun.Builder parents = new IdRun.Builder(IdRun.zeros(children.pageCount()));
    for (int i = 0; i < children.pageCount(); i++) {
      if (children.isAbsent(i)) {
        continue;
      }
      boolean known = former.isPresent() && children.sharesPage(i, former.get().ids);
      parents.put(
          i, known ? former.get().nodes.getFirst().get(i) : nodeId(level, children.page(i)));
    }
    return parents.build();
  }

  /// The id of a tree node from its child ids.
  static ChunkId nodeId(byte level, ByteBuffer childIds) {
    if (Chunks.isZero(childIds)) {
      return ChunkId.ZERO;
    }
    MessageDigest sha256 = ChunkId.sha256();
    sha256.update(NODE_DOMAIN);
    sha256.update(level);
    sha256.update(childIds);
    return ChunkId.fromDigest(sha256.digest());
  }

  /// Collects chunk ids in any order. Different threads may put different chunks; `build` comes
  /// after all of them.
  public static final class Builder {
    private final long sizeBytes;
    private final int chunkSizeBytes;
    private final IdRun.Builder ids;
    private final Optional<Manifest> former;

    private Builder(long sizeBytes, int chunkSizeBytes, IdRun from, Optional<Manifest> former) {
      this.sizeBytes = sizeBytes;
      this.chunkSizeBytes = chunkSizeBytes;
      this.ids = new IdRun.Builder(from);
      this.former = former;
    }

    /// Names chunk `index`.
    ///
    /// @throws IndexOutOfBoundsException unless `0 <= index < chunkCount`
    public Builder put(long index, ChunkId id) {
      ids.put(index, id);
      return this;
    }

    /// The id put for `index` so far, or [ChunkId#ZERO].
    public ChunkId get(long index) {
      return ids.get(index);
    }

    public Manifest build() {
      return new Manifest(sizeBytes, chunkSizeBytes, ids.build(), former);
    }
  }
}
