package io.landfall.transfer.tree;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Pulls the small files of a tree, many at a time: while one batch travels, those before it are
/// checked and written.
final class PackPull {
  private static final int BATCH_BYTES = 4 << 20;
  private static final int BATCH_FILES = 256;
  private static final int BUFFERS = 3;
  private static final int WRITERS = 2;

  private final RemoteImage pack;
  private final TreeWriter writer;
  private final ProgressCounter progress;
  private long pulledBytes;
  private long hereBytes;

  PackPull(RemoteImage pack, TreeWriter writer, ProgressCounter progress) {
    this.pack = pack;
    this.writer = writer;
    this.progress = progress;
  }

  /// Pulls those that are not here.
  ///
  /// @param files by their place in the pack
  void run(List<TreeEntry> files) throws IOException {
    long end = files.isEmpty() ? 0 : files.getLast().packOffset() + files.getLast().sizeBytes();
    if (pack.sizeBytes() != end) {
      throw TreeListing.refused(
          "a pack of " + pack.sizeBytes() + " bytes, the listing says " + end);
    }
    try (Arena arena = Arena.ofShared();
        ExecutorService writing =
            Executors.newFixedThreadPool(
                WRITERS, Thread.ofPlatform().daemon().name("landfall-tree-", 0).factory())) {
      int room = (int) Math.min(end, TreeSource.LARGE_BYTES);
      Pipeline pipeline = new Pipeline(arena, room, writing);
      List<TreeEntry> batch = new ArrayList<>();
      for (TreeEntry file : files) {
        if (writer.holds(file)) {
          hereBytes += file.sizeBytes();
          progress.add(file.sizeBytes());
          continue;
        }
        if (!batch.isEmpty() && !fits(batch, file)) {
          pipeline.pull(batch);
          batch = new ArrayList<>();
        }
        batch.add(file);
      }
      if (!batch.isEmpty()) {
        pipeline.pull(batch);
      }
      pipeline.end();
    }
  }

  /// A batch is one range of the pack.
  private static boolean fits(List<TreeEntry> batch, TreeEntry next) {
    TreeEntry last = batch.getLast();
    long from = batch.getFirst().packOffset();
    return last.packOffset() + last.sizeBytes() == next.packOffset()
        && next.packOffset() + next.sizeBytes() - from <= BATCH_BYTES
        && batch.size() < BATCH_FILES;
  }

  /// A few buffers, each pulled into and then written from.
  private final class Pipeline {
    private final Arena arena;
    private final int bufferBytes;
    private final ExecutorService writing;
    private final Deque<Writing> underWay = new ArrayDeque<>();

    private record Writing(ByteBuffer buffer, Future<?> done) {}

    Pipeline(Arena arena, int bufferBytes, ExecutorService writing) {
      this.arena = arena;
      this.bufferBytes = bufferBytes;
      this.writing = writing;
    }

    void pull(List<TreeEntry> batch) throws IOException {
      TreeEntry last = batch.getLast();
      long from = batch.getFirst().packOffset();
      int length = (int) (last.packOffset() + last.sizeBytes() - from);
      ByteBuffer bytes = buffer();
      pack.read(from, bytes.clear().limit(length));
      pulledBytes += length;
      Future<?> done =
          writing.submit(() -> {
            write(batch, from, bytes);
            return null;
          });
      underWay.add(new Writing(bytes, done));
    }

    private ByteBuffer buffer() throws IOException {
      if (underWay.size() < BUFFERS) {
        return arena.allocate(bufferBytes).asByteBuffer();
      }
      Writing oldest = underWay.remove();
      await(oldest.done());
      return oldest.buffer();
    }

    void end() throws IOException {
      while (!underWay.isEmpty()) {
        await(underWay.remove().done());
      }
    }
  }

  private void write(List<TreeEntry> batch, long from, ByteBuffer bytes) throws IOException {
    for (TreeEntry entry : batch) {
      ByteBuffer content = bytes.slice((int) (entry.packOffset() - from), (int) entry.sizeBytes());
      if (!TreeWriter.digest(content).equals(entry.digest().orElseThrow())) {
        throw new ProtocolException(
            ErrorCode.CONTENT_MISMATCH,
            "'" + entry.path() + "' is not what the listing names; copy again");
      }
      writer.small(entry, content);
      progress.add(entry.sizeBytes());
    }
  }

  private static void await(Future<?> batch) throws IOException {
    try {
      batch.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while landing a tree");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io
          ? io
          : new IOException(String.valueOf(e.getCause()), e.getCause());
    }
  }

  long pulledBytes() {
    return pulledBytes;
  }

  long hereBytes() {
    return hereBytes;
  }
}
