package io.landfall.store.chunking;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.BlockDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/// Reads the chunks of a plan, several at once, and hands each to a worker.
///
/// The device may be remote, so that a read takes as long as a round trip: reads overlap, each on a
/// thread with a buffer of its own. What a worker does takes a processor and not time, so there are
/// no more workers than processors, however many threads read: a worker's buffers stay in the cache
/// of a processor, and workers do not stand in each other's way. Chunks come in about ascending
/// order.
public final class ChunkWalk {
  /// A page, as the comparisons with zero and with a base go by pages.
  private static final long ALIGNMENT = Chunks.PAGE_SIZE_BYTES;

  private final BlockDevice device;
  private final ChunkPlan plan;
  private final Selection selection;
  private final Workers workers;
  private int cursor; // guarded by this
  private boolean stopped; // guarded by this
  private Throwable failure; // guarded by this

  private ChunkWalk(BlockDevice device, ChunkPlan plan, Selection selection, Workers workers) {
    this.device = device;
    this.plan = plan;
    this.selection = selection;
    this.workers = workers;
  }

  /// Asked by any thread, just before a chunk is read: whether it must be.
  @FunctionalInterface
  public interface Selection {
    /// Whether chunk `index` is still wanted.
    boolean wants(long index) throws IOException;
  }

  /// Takes chunks that were read; one thread at a time.
  @FunctionalInterface
  public interface Worker {
    /// Takes chunk `index`, whose bytes are the remaining ones of `plain`, a direct buffer that is
    /// reused after the call.
    void chunk(long index, ByteBuffer plain) throws IOException;
  }

  /// Workers that nobody uses, the last one returned first: its buffers are the warmest.
  private static final class Workers {
    private final Supplier<Worker> maker;
    private final Deque<Worker> idle = new ArrayDeque<>(); // guarded by this
    private int unmade; // guarded by this

    Workers(Supplier<Worker> maker, int most) {
      this.maker = maker;
      this.unmade = most;
    }

    synchronized Worker take() throws InterruptedException {
      while (idle.isEmpty() && unmade == 0) {
        wait();
      }
      if (idle.isEmpty()) {
        unmade--;
        return maker.get();
      }
      return idle.pop();
    }

    synchronized void giveBack(Worker worker) {
      idle.push(worker);
      notify();
    }
  }

  /// Walks the whole plan, reading on `threads` threads; returns when all is done. The first
  /// failure stops the walk and is thrown here.
  ///
  /// @param workers makes a worker, at most as many as there are threads or processors
  public static void run(BlockDevice device, ChunkPlan plan, int threads, Supplier<Worker> workers)
      throws IOException {
    run(device, plan, threads, _ -> true, workers);
  }

  /// The same for what is still wanted when its turn to be read comes.
  public static void run(
      BlockDevice device,
      ChunkPlan plan,
      int threads,
      Selection selection,
      Supplier<Worker> workers)
      throws IOException {
    run(device, plan, threads, selection, workers, () -> {});
  }

  /// The same, giving way to everybody who is in more of a hurry.
  static void runBehind(BlockDevice device, ChunkPlan plan, int threads, Supplier<Worker> workers)
      throws IOException {
    run(device, plan, threads, _ -> true, workers, LowPriority::forThisThread);
  }

  private static void run(
      BlockDevice device,
      ChunkPlan plan,
      int threads,
      Selection selection,
      Supplier<Worker> workers,
      Runnable onEachThread)
      throws IOException {
    int useful = Math.clamp(plan.toRead().cardinality(), 1, threads);
    int working = Math.min(useful, Runtime.getRuntime().availableProcessors());
    ChunkWalk walk = new ChunkWalk(device, plan, selection, new Workers(workers, working));
    // Given back at the end, and not when a collector finds out.
    try (Arena buffers = Arena.ofShared()) {
      List<Thread> started = new ArrayList<>();
      for (int i = 0; i < useful; i++) {
        ByteBuffer buffer = buffers.allocate(plan.chunkSizeBytes(), ALIGNMENT).asByteBuffer();
        started.add(
            Thread.ofPlatform()
                .daemon()
                .name("landfall-chunks-", i)
                .start(() -> {
                  onEachThread.run();
                  walk.work(buffer);
                }));
      }
      walk.join(started);
    }
    walk.throwFailure();
  }

  private void work(ByteBuffer buffer) {
    try {
      for (int index = next(); index >= 0; index = next()) {
        if (selection.wants(index)) {
          int length = Chunks.length(index, plan.sizeBytes(), plan.chunkSizeBytes());
          device.read((long) index * plan.chunkSizeBytes(), buffer.clear().limit(length));
          hand(index, buffer.flip());
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      stop(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop(new CancellationException("interrupted while chunks were being read"));
    }
  }

  private void hand(int index, ByteBuffer plain) throws IOException, InterruptedException {
    Worker worker = workers.take();
    try {
      worker.chunk(index, plain);
    } finally {
      workers.giveBack(worker);
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
