package io.landfall.transfer.landing;

import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Makes what was written durable, beside the transfer: syncs the data, then journals the ranges,
/// each [#STEP_BYTES] or [#STEP_NANOS]. So a kill loses at most that.
///
/// Syncing less often (250 ms apart, the disk told to begin every 2 MiB) was tried and landed no
/// sooner on loopback, so a kill need not cost more than this.
///
/// A failed sync is final: the kernel may have dropped the pages, so nothing after it is believed.
final class Durability implements AutoCloseable {
  private static final long STEP_BYTES = 64 << 20;

  /// So much is gathered before the disk is told to begin with it.
  private static final long WRITE_BYTES = 8 << 20;

  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final PartFile part;
  private final Consumer<List<Range>> onDurable;
  private final boolean dropping;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private RangeSet written = new RangeSet(); // guarded by lock
  private RangeSet fresh =
      new RangeSet(); // guarded by lock; of that, what the disk knows nothing of
  private boolean ending; // guarded by lock
  private IOException failure; // guarded by lock
  private final Thread thread;

  /// @param onDurable is told of ranges that are journaled, on the thread of this object
  /// @param dropping what is durable is not left in the kernel's cache
  Durability(PartFile part, Consumer<List<Range>> onDurable, boolean dropping) {
    this.part = part;
    this.dropping = dropping;
    this.onDurable = onDurable;
    this.thread = Thread.ofPlatform().daemon().name("landfall-journal").start(this::run);
  }

  /// Bytes that are in the part file now. Any thread.
  void written(long offset, long length) throws IOException {
    lock.lock();
    try {
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      written.add(new Range(offset, length));
      fresh.add(new Range(offset, length));
      if (fresh.bytes() >= WRITE_BYTES || written.bytes() >= STEP_BYTES) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean more = true;
    long due = System.nanoTime() + STEP_NANOS;
    while (more) {
      RangeSet step = new RangeSet();
      RangeSet start;
      lock.lock();
      try {
        long left = due - System.nanoTime();
        if (!ending && fresh.bytes() < WRITE_BYTES && left > 0) {
          left = changed.awaitNanos(left);
        }
        more = !ending;
        start = fresh;
        fresh = new RangeSet();
        if (ending || left <= 0 || written.bytes() >= STEP_BYTES) {
          due = System.nanoTime() + STEP_NANOS;
          step = written;
          written = new RangeSet();
        }
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts this thread", e);
      } finally {
        lock.unlock();
      }
      more &= started(start.ranges()) && sync(step.ranges());
    }
  }

  private boolean started(List<Range> ranges) {
    try {
      for (Range range : ranges) {
        part.file().startWriting(range.offset(), range.length());
      }
      return true;
    } catch (IOException e) {
      failed(e);
      return false;
    }
  }

  private boolean sync(List<Range> ranges) {
    if (ranges.isEmpty()) {
      return true;
    }
    try {
      part.file().flush();
      part.journal().durable(ranges);
      onDurable.accept(ranges);
      drop(ranges);
      return true;
    } catch (IOException e) {
      failed(e);
      return false;
    }
  }

  /// Only what has been written back can be dropped, and of the kernel's large pages only whole
  /// ones: hence behind the sync, and in the runs that the pieces have grown together to.
  private void drop(List<Range> ranges) throws IOException {
    if (dropping) {
      for (Range range : ranges) {
        part.file().forget(range.offset(), range.length());
      }
    }
  }

  private void failed(IOException e) {
    lock.lock();
    try {
      failure = e;
    } finally {
      lock.unlock();
    }
  }

  /// Syncs and journals the rest; also after a failure, so that a later landing has all that came.
  ///
  /// @throws IOException if a sync failed, now or earlier
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      ending = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
    if (failure != null) {
      throw failure;
    }
  }
}
