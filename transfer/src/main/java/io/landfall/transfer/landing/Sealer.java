package io.landfall.transfer.landing;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunking.LowPriority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Hashes chunks of the part file on threads of its own, each as soon as all of it is written, and
/// so makes the manifest of what has really landed. Chunks that it is never told of are zero.
///
/// It reads back what was written, from the page cache, and its threads give way to whoever copies,
/// so that hashing stands behind the transfer and never in front of it. While bytes arrive faster
/// than [#FAST_BYTES_PER_SECOND] they do nothing at all: such a transfer is bound by processors and
/// memory, and is over soon. What they have not come to when the transfer ends is hashed by
/// [#finish], on all processors and with the usual priority.
final class Sealer implements AutoCloseable {
  /// A network of more than 2 Gbit/s, or a local copy.
  static final double FAST_BYTES_PER_SECOND = 250e6;

  private static final long LOOK_AGAIN_MILLIS = 100;

  private final BlockDevice device;
  private final int chunkSizeBytes;
  private final Manifest.Builder builder;
  private final RangeSet expected;
  private final Map<Long, AtomicLong> missing = new ConcurrentHashMap<>();
  private final Map<Long, ChunkId> known = new ConcurrentHashMap<>(); // until it is written
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final RangeSet ready = new RangeSet(); // chunk indexes; guarded by lock
  private final ArrivalRate rate = new ArrivalRate(System.nanoTime()); // guarded by lock
  private boolean ending; // guarded by lock
  private IOException failure; // guarded by lock
  private final List<Thread> threads = new ArrayList<>(); // of who makes, finishes and closes it

  /// @param expected what will be [#written]: a chunk is ready when all of its part of it was
  Sealer(BlockDevice device, int chunkSizeBytes, RangeSet expected, int threadCount) {
    this.device = device;
    this.chunkSizeBytes = chunkSizeBytes;
    this.builder = Manifest.builder(device.sizeBytes(), chunkSizeBytes);
    this.expected = expected;
    for (int i = 0; i < threadCount; i++) {
      start(() -> {
        LowPriority.forThisThread();
        work(true);
      });
    }
  }

  /// Seals every chunk that `complete` touches and that nothing is expected of. Before the first
  /// [#written].
  void seal(RangeSet complete) {
    long last = -1;
    for (Range range : complete.ranges()) {
      long end = Math.ceilDiv(range.end(), chunkSizeBytes);
      for (long chunk = Math.max(last + 1, range.offset() / chunkSizeBytes); chunk < end; chunk++) {
        if (expectedOf(chunk) == 0) {
          ready(chunk);
        }
        last = chunk;
      }
    }
  }

  /// The bytes of that chunk were hashed in memory, all of them, and are about to be written: they
  /// are not hashed again. Before their [#written], in chunks of the size that this was made with.
  void known(long chunk, ChunkId id) {
    known.put(chunk, id);
  }

  /// Expected bytes are in the device now. Any thread; each byte once.
  void written(long offset, long length) {
    count(length);
    long end = offset + length;
    for (long chunk = offset / chunkSizeBytes; chunk * chunkSizeBytes < end; chunk++) {
      long start = chunk * chunkSizeBytes;
      long part = Math.min(end, start + chunkSizeBytes) - Math.max(offset, start);
      long left =
          missing
              .computeIfAbsent(chunk, index -> new AtomicLong(expectedOf(index)))
              .addAndGet(-part);
      if (left == 0) {
        missing.remove(chunk);
        ChunkId id = known.remove(chunk);
        if (id == null) {
          ready(chunk);
        } else {
          builder.put(chunk, id);
        }
      }
    }
  }

  private void count(long bytes) {
    lock.lock();
    try {
      rate.add(bytes, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  private long expectedOf(long chunk) {
    return expected.overlap(chunk * chunkSizeBytes, (chunk + 1) * chunkSizeBytes);
  }

  private void ready(long chunk) {
    lock.lock();
    try {
      ready.add(new Range(chunk, 1));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void start(Runnable work) {
    String name = "landfall-seal-" + threads.size();
    threads.add(Thread.ofPlatform().daemon().name(name).start(work));
  }

  private void work(boolean beside) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(chunkSizeBytes);
    long chunk = next(beside);
    while (chunk >= 0) {
      try {
        builder.put(chunk, hash(device, chunk, chunkSizeBytes, buffer));
      } catch (IOException | RuntimeException e) {
        failed(new IOException("hashing chunk " + chunk + ": " + e.getMessage(), e));
      }
      chunk = next(beside);
    }
  }

  private static ChunkId hash(BlockDevice from, long chunk, int chunkSizeBytes, ByteBuffer buffer)
      throws IOException {
    buffer.clear().limit(Chunks.length(chunk, from.sizeBytes(), chunkSizeBytes));
    from.read(chunk * chunkSizeBytes, buffer);
    buffer.flip();
    return Chunks.isZero(buffer) ? ChunkId.ZERO : ChunkId.of(buffer);
  }

  /// @param beside the transfer: waits for more, and leaves the rest to others when it has ended
  private long next(boolean beside) {
    lock.lock();
    try {
      while (beside && !ending && (ready.isEmpty() || fast())) {
        var _ = changed.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
      boolean done = failure != null || (beside && ending);
      Range chunk = done ? null : ready.takeFirst(1);
      return chunk == null ? -1 : chunk.offset();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    } finally {
      lock.unlock();
    }
  }

  private boolean fast() {
    return rate.bytesPerSecond(System.nanoTime()) > FAST_BYTES_PER_SECOND;
  }

  private void failed(IOException e) {
    lock.lock();
    try {
      if (failure == null) {
        failure = e;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Hashes all that is ready and not hashed yet. After the last [#written].
  ///
  /// @return the manifest of what the device holds
  Manifest finish() throws IOException {
    end(false);
    int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
    for (int i = 0; i < count; i++) {
      start(() -> work(false));
    }
    threads.forEach(Threads::join);
    if (failure != null) {
      throw failure;
    }
    if (!missing.isEmpty()) {
      throw new AssertionError("chunks not written in full: " + missing.keySet());
    }
    return builder.build();
  }

  /// Hashes chunks again that have been written again.
  static Manifest reseal(BlockDevice device, Manifest sealed, List<Long> chunks)
      throws IOException {
    Manifest.Builder again = sealed.toBuilder();
    ByteBuffer buffer = ByteBuffer.allocateDirect(sealed.chunkSizeBytes());
    for (long chunk : chunks) {
      again.put(chunk, hash(device, chunk, sealed.chunkSizeBytes(), buffer));
    }
    return again.build();
  }

  /// Stops without waiting for what is not hashed yet.
  @Override
  public void close() {
    end(true);
  }

  private void end(boolean drop) {
    lock.lock();
    try {
      ending = true;
      if (drop) {
        ready.ranges().forEach(ready::remove);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    threads.forEach(Threads::join);
  }
}
