package io.landfall.transfer.landing;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Interrupts a thread whose pull stalls. Until it is closed, and not after.
public final class StallWatch {
  private final Thread pulling;
  private final StallRule rule;
  private final LongSupplier bytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ended; // guarded by lock
  private boolean stalled; // guarded by lock

  private StallWatch(Thread pulling, StallRule rule, LongSupplier bytes) {
    this.pulling = pulling;
    this.rule = rule;
    this.bytes = bytes;
  }

  /// Begins to watch.
  ///
  /// @param bytes that have come so far
  public static StallWatch over(Thread pulling, StallRule rule, LongSupplier bytes) {
    StallWatch watch = new StallWatch(pulling, rule, bytes);
    Thread.ofVirtual().name("landfall-stall").start(watch::run);
    return watch;
  }

  private void run() {
    lock.lock();
    try {
      long before = bytes.getAsLong();
      long left = rule.within().toNanos();
      while (!ended) {
        left = changed.awaitNanos(left);
        if (left <= 0 && !ended) {
          long now = bytes.getAsLong();
          if (now - before < rule.bytes()) {
            stalled = true;
            ended = true;
            pulling.interrupt();
          }
          before = now;
          left = rule.within().toNanos();
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    } finally {
      lock.unlock();
    }
  }

  /// Whether it has interrupted the pull.
  public boolean stalled() {
    lock.lock();
    try {
      return stalled;
    } finally {
      lock.unlock();
    }
  }

  /// Ends, on the thread that pulled, and takes back its interrupt if it came too late to matter.
  public void close() {
    lock.lock();
    try {
      ended = true;
      changed.signal();
      if (stalled) {
        var _ = Thread.interrupted();
      }
    } finally {
      lock.unlock();
    }
  }
}
