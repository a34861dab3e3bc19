package io.landfall.transfer.tree;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Pulls the small files of a tree, many at a time, by a few threads: while one waits for the
/// network, others write.
final class PackPull {
  private static final int BATCH_BYTES = 2 << 20;
  private static final int BATCH_FILES = 128;
  private static final int THREADS = 3;

  private final RemoteImage pack;
  private final TreeWriter writer;
  private final ProgressCounter progress;
  private final Digests digests;
  private final boolean fresh;
  private byte[] written; // digests of the files that came; each thread has its own places
  private long pulledBytes;
  private long hereBytes;

  /// Asks the source for the digests of its small files, one behind the other.
  interface Digests {
    ByteBuffer get() throws IOException;
  }

  /// Files that lie one behind the other in the pack.
  ///
  /// @param first which of all small files the first is
  private record Batch(int first, List<TreeEntry> files) {
    long offset() {
      return files.getFirst().packOffset();
    }

    int length() {
      return (int) (files.getLast().packOffset() + files.getLast().sizeBytes() - offset());
    }

    boolean takes(int index, TreeEntry next) {
      return index == first + files.size()
          && next.packOffset() + next.sizeBytes() - offset() <= BATCH_BYTES
          && files.size() < BATCH_FILES;
    }
  }

  /// @param fresh whether none can be here
  PackPull(
      RemoteImage pack,
      TreeWriter writer,
      ProgressCounter progress,
      Digests digests,
      boolean fresh) {
    this.pack = pack;
    this.writer = writer;
    this.progress = progress;
    this.digests = digests;
    this.fresh = fresh;
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
    if (files.isEmpty()) {
      return;
    }
    written = new byte[files.size() * TreeDigests.SIZE_BYTES];
    // What is here already can only be told by its digest. Of a first attempt they are asked for at
    // the end, so that the source hashes beside the transfer.
    Optional<ByteBuffer> named = fresh ? Optional.empty() : Optional.of(digests.get());
    pull(batches(files, named));
    requireNamed(files, named.isPresent() ? named.get() : digests.get());
  }

  private List<Batch> batches(List<TreeEntry> files, Optional<ByteBuffer> named)
      throws IOException {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      TreeEntry file = files.get(i);
      if (named.isPresent() && writer.holds(file, digest(named.get(), i))) {
        digest(named.get(), i).get(written, i * TreeDigests.SIZE_BYTES, TreeDigests.SIZE_BYTES);
        hereBytes += file.sizeBytes();
        progress.add(file.sizeBytes());
        continue;
      }
      if (batches.isEmpty() || !batches.getLast().takes(i, file)) {
        batches.add(new Batch(i, new ArrayList<>()));
      }
      batches.getLast().files().add(file);
      pulledBytes += file.sizeBytes();
    }
    return batches;
  }

  private static ByteBuffer digest(ByteBuffer all, int file) {
    return all.slice(file * TreeDigests.SIZE_BYTES, TreeDigests.SIZE_BYTES);
  }

  private void pull(List<Batch> batches) throws IOException {
    Queue<Batch> left = new ConcurrentLinkedQueue<>(batches);
    int room = batches.stream().mapToInt(Batch::length).max().orElse(0);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("landfall-tree-", 0).factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < Math.min(THREADS, batches.size()); i++) {
        running.add(
            threads.submit(() -> {
              work(left, room);
              return null;
            }));
      }
      for (Future<?> one : running) {
        await(one);
      }
    }
  }

  private void work(Queue<Batch> left, int room) throws IOException {
    try (Arena arena = Arena.ofShared()) { // what is pulled arrives on other threads
      ByteBuffer bytes = arena.allocate(room).asByteBuffer();
      for (Batch batch = left.poll(); batch != null; batch = left.poll()) {
        pack.read(batch.offset(), bytes.clear().limit(batch.length()));
        write(batch, bytes);
      }
    } catch (IOException | RuntimeException e) {
      left.clear(); // nobody goes on after a failure
      throw e;
    }
  }

  private void write(Batch batch, ByteBuffer bytes) throws IOException {
    int index = batch.first();
    for (TreeEntry entry : batch.files()) {
      int from = (int) (entry.packOffset() - batch.offset());
      ByteBuffer content = bytes.slice(from, (int) entry.sizeBytes());
      TreeDigests.of(content.duplicate())
          .get(written, index * TreeDigests.SIZE_BYTES, TreeDigests.SIZE_BYTES);
      writer.small(entry, content);
      progress.add(entry.sizeBytes());
      index++;
    }
  }

  private void requireNamed(List<TreeEntry> files, ByteBuffer named) throws ProtocolException {
    int wrong = named.mismatch(ByteBuffer.wrap(written));
    if (wrong >= 0) {
      throw new ProtocolException(
          ErrorCode.CONTENT_MISMATCH,
          "'"
              + files.get(wrong / TreeDigests.SIZE_BYTES).path()
              + "' is not what its digest names; copy again");
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
