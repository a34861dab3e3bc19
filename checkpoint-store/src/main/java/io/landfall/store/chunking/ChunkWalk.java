package io.landfall.store.chunking;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/// Reads the chunks of a plan, several at once, and hands each to a worker.
///
/// The device may be remote, so that a read takes as long as a round trip: reads overlap, each on a
/// thread with a buffer of its own. Chunks come in about ascending order.
public final class ChunkWalk {
  private final BlockDevice device;
  private final ChunkPlan plan;
  private int cursor; // guarded by this
  private boolean stopped; // guarded by this
  private Throwable failure; // guarded by this

  private ChunkWalk(BlockDevice device, ChunkPlan plan) {
    this.device = device;
    this.plan = plan;
  }

  /// Takes the chunks that one thread has read.
  public interface Worker {
    /// Asked before a chunk is read: whether it must be.
    default boolean wants(long index) throws IOException {
      return true;
    }

    /// Takes chunk `index`, whose bytes are the remaining ones of `plain`, a heap buffer that is
    /// reused after the call.
    void chunk(long index, ByteBuffer plain) throws IOException;
  }

  /// Walks the whole plan on `threads` threads; returns when all is done. The first failure stops
  /// the walk and is thrown here.
  ///
  /// @param workers makes one worker for each thread
  public static void run(BlockDevice device, ChunkPlan plan, int threads, Supplier<Worker> workers)
      throws IOException {
    run(device, plan, threads, workers, () -> {});
  }

  /// The same, giving way to everybody who is in more of a hurry.
  static void runBehind(BlockDevice device, ChunkPlan plan, int threads, Supplier<Worker> workers)
      throws IOException {
    run(device, plan, threads, workers, LowPriority::forThisThread);
  }

  private static void run(
      BlockDevice device,
      ChunkPlan plan,
      int threads,
      Supplier<Worker> workers,
      Runnable onEachThread)
      throws IOException {
    ChunkWalk walk = new ChunkWalk(device, plan);
    int useful = Math.clamp(plan.toRead().cardinality(), 1, threads);
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < useful; i++) {
      Worker worker = workers.get();
      started.add(
          Thread.ofPlatform()
              .daemon()
              .name("landfall-chunks-", i)
              .start(() -> {
                onEachThread.run();
                walk.work(worker);
              }));
    }
    walk.join(started);
    walk.throwFailure();
  }

  private void work(Worker worker) {
    try {
      ByteBuffer buffer = ByteBuffer.allocate(plan.chunkSizeBytes());
      for (int index = next(); index >= 0; index = next()) {
        if (worker.wants(index)) {
          int length = Chunks.length(index, plan.sizeBytes(), plan.chunkSizeBytes());
          device.read((long) index * plan.chunkSizeBytes(), buffer.clear().limit(length));
          worker.chunk(index, buffer.flip());
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      stop(e);
    }
  }

  private synchronized int next() {
    if (stopped) {
      return -1;
    }
    int index = plan.toRead().nextSetBit(cursor);
    cursor = index + 1;
    stopped = index < 0;
    return index;
  }

  private synchronized void stop(Throwable cause) {
    stopped = true;
    if (failure == null) {
      failure = cause;
    }
  }

  /// Waits for all threads even when interrupted: they use the device, which the caller may close
  /// after this. They are not interrupted themselves, since that would close file channels.
  private void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          stop(new CancellationException("interrupted while chunks were being read"));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void throwFailure() throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(failure);
    }
  }
}
