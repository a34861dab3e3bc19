package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunk.ChunkReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Walks the tree of a content node by node, so that a visitor which knows a subtree already can
/// leave it out: the cost of a walk over many checkpoints is that of what differs between them.
///
/// One thread.
public final class ContentTree {
  private final ChunkReader chunks;
  private final StoredContent content;
  private final Visitor visitor;

  private ContentTree(ChunkReader chunks, StoredContent content, Visitor visitor) {
    this.chunks = chunks;
    this.content = content;
    this.visitor = visitor;
  }

  /// Sees what a tree is made of. Zero nodes and zero chunks are not shown.
  public interface Visitor {
    /// A node, before it is read: whether to go into it.
    boolean enter(ChunkId node, int level, Range covered) throws IOException;

    /// A chunk of guest data, by name; it is not read.
    void chunk(ChunkId chunk, Range covered) throws IOException;

    /// A node that was entered and could not be read: nothing is known of what it covers.
    void unreadable(ChunkId node, int level, Range covered, IOException cause) throws IOException;

    /// A node that was entered and wholly walked.
    default void leave(ChunkId node, int level) {}
  }

  /// Walks all of `content`.
  public static void walk(ChunkReader chunks, StoredContent content, Visitor visitor)
      throws IOException {
    ContentTree tree = new ContentTree(chunks, content, visitor);
    int height = 1;
    for (long n = nodesAbove(tree.chunkCount()); n > 1; n = nodesAbove(n)) {
      height++;
    }
    if (!content.root().isZero()) {
      tree.node(content.root(), height, 0);
    }
  }

  private static long nodesAbove(long children) {
    return Math.ceilDiv(children, (long) Manifest.FAN_OUT);
  }

  private long chunkCount() {
    return Chunks.count(content.sizeBytes(), content.chunkSizeBytes());
  }

  /// @param index of the node among those of its level
  private void node(ChunkId id, int level, long index) throws IOException {
    long chunksEach = power(level);
    Range covered = covered(index, chunksEach);
    if (!visitor.enter(id, level, covered)) {
      return;
    }
    long childrenInAll = Math.ceilDiv(chunkCount(), power(level - 1));
    int children = (int) Math.min(Manifest.FAN_OUT, childrenInAll - index * Manifest.FAN_OUT);
    ByteBuffer ids = ByteBuffer.allocate(children * ChunkId.SIZE_BYTES);
    try {
      chunks.read(id, level, ids);
    } catch (IOException e) {
      visitor.unreadable(id, level, covered, e);
      return;
    }
    ids.flip();
    for (int i = 0; i < children; i++) {
      child(ChunkId.readFrom(ids), level - 1, index * Manifest.FAN_OUT + i);
    }
    visitor.leave(id, level);
  }

  private void child(ChunkId id, int level, long index) throws IOException {
    if (id.isZero()) {
      return;
    }
    if (level == 0) {
      visitor.chunk(id, covered(index, 1));
    } else {
      node(id, level, index);
    }
  }

  private Range covered(long index, long chunksEach) {
    long each = chunksEach * content.chunkSizeBytes();
    return Range.between(index * each, Math.min(content.sizeBytes(), (index + 1) * each));
  }

  private static long power(int level) {
    return 1L << (Byte.SIZE * level);
  }
}
