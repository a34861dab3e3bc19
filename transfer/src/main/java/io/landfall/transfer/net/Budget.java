package io.landfall.transfer.net;

import io.landfall.transfer.session.Credit;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// A bound in bytes that all links of an endpoint share. Any thread; never blocks.
final class Budget implements Credit {
  private final AtomicLong left;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  Budget(long bytes) {
    this.left = new AtomicLong(bytes);
  }

  @Override
  public boolean take(int bytes) {
    long seen = left.get();
    while (seen >= bytes) {
      if (left.compareAndSet(seen, seen - bytes)) {
        return true;
      }
      seen = left.get();
    }
    return false;
  }

  @Override
  public void give(int bytes) {
    left.addAndGet(bytes);
    wake();
  }

  /// Runs `retry` once, when something was given back after the caller's `take(bytes)` failed; at
  /// once if that has happened already.
  void whenGiven(int bytes, Runnable retry) {
    waiting.add(retry);
    if (left.get() >= bytes) {
      wake();
    }
  }

  private void wake() {
    Runnable retry = waiting.poll();
    while (retry != null) {
      retry.run();
      retry = waiting.poll();
    }
  }

  long left() {
    return left.get();
  }
}
