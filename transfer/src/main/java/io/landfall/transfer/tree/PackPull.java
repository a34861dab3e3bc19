package io.landfall.transfer.tree;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Pulls the small files of a tree, many at a time: while one batch travels, the one before it is
/// checked and written.
final class PackPull {
  private static final int BATCH_BYTES = 8 << 20;
  private static final int BATCH_FILES = 512;

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
    try (ExecutorService writing =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("landfall-tree").factory())) {
      Future<?> before = null;
      List<TreeEntry> batch = new ArrayList<>();
      for (TreeEntry file : files) {
        if (writer.holds(file)) {
          hereBytes += file.sizeBytes();
          progress.add(file.sizeBytes());
          continue;
        }
        if (!batch.isEmpty() && !fits(batch, file)) {
          before = pulled(batch, before, writing);
          batch = new ArrayList<>();
        }
        batch.add(file);
      }
      if (!batch.isEmpty()) {
        before = pulled(batch, before, writing);
      }
      await(before);
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

  private Future<?> pulled(List<TreeEntry> batch, Future<?> before, ExecutorService writing)
      throws IOException {
    TreeEntry last = batch.getLast();
    long from = batch.getFirst().packOffset();
    ByteBuffer bytes = ByteBuffer.allocate((int) (last.packOffset() + last.sizeBytes() - from));
    pack.read(from, bytes);
    pulledBytes += bytes.capacity();
    await(before);
    return writing.submit(() -> {
      write(batch, from, bytes);
      return null;
    });
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
    if (batch == null) {
      return;
    }
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
