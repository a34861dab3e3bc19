package io.landfall.transfer.landing;

import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Which bytes of an image are here, which are on their way, and who waits for them.
///
/// Any thread. A range is taken by one thread at a time, which reports it arrived or gives it back.
final class Arrival {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final RangeSet missing; // guarded by lock
  private final RangeSet underWay = new RangeSet(); // guarded by lock
  private int readers; // guarded by lock; who wait for bytes
  private long waitingSince; // guarded by lock; while there are readers
  private long waitedNanos; // guarded by lock
  private boolean closed; // guarded by lock

  Arrival(RangeSet missing) {
    this.missing = RangeSet.of(missing.ranges());
  }

  /// What of `range` is neither here nor on its way, which is now the caller's to bring.
  List<Range> take(Range range) {
    lock.lock();
    try {
      RangeSet wanted = missing.intersect(RangeSet.of(List.of(range))).minus(underWay);
      wanted.ranges().forEach(underWay::add);
      return wanted.ranges();
    } finally {
      lock.unlock();
    }
  }

  /// Up to `limit` bytes from the front, once nobody waits for others; empty if there is nothing
  /// left to take.
  List<Range> takeFirst(long limit) throws InterruptedException {
    lock.lock();
    try {
      awaitNoReaders();
      Range first = closed ? null : missing.minus(underWay).takeFirst(limit);
      if (first == null) {
        return List.of();
      }
      underWay.add(first);
      return List.of(first);
    } finally {
      lock.unlock();
    }
  }

  private void awaitNoReaders() throws InterruptedException {
    while (readers > 0 && !closed) {
      changed.await();
    }
  }

  /// Waits until no reader waits, so that what is brought ahead never stands in a reader's way.
  ///
  /// @return false if it is over
  boolean whenNoReaders() throws InterruptedException {
    lock.lock();
    try {
      awaitNoReaders();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes are in the file.
  void arrived(long offset, long length) {
    lock.lock();
    try {
      Range range = new Range(offset, length);
      missing.remove(range);
      underWay.remove(range);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// What was taken did not come, or not all of it.
  void givenUp(List<Range> ranges) {
    lock.lock();
    try {
      ranges.forEach(underWay::remove);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void readerCame() {
    change(1);
  }

  void readerLeft() {
    change(-1);
  }

  /// How long there was a reader that waited, in all.
  Duration waited() {
    lock.lock();
    try {
      long now = readers == 0 ? 0 : System.nanoTime() - waitingSince;
      return Duration.ofNanos(waitedNanos + now);
    } finally {
      lock.unlock();
    }
  }

  private void change(int by) {
    lock.lock();
    try {
      if (readers == 0) {
        waitingSince = System.nanoTime();
      }
      readers += by;
      if (readers == 0) {
        waitedNanos += System.nanoTime() - waitingSince;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until `range` is here, or until a part of it is on nobody's way any more.
  ///
  /// @return whether all of it is here
  boolean await(Range range) throws IOException {
    lock.lock();
    try {
      while (missing.overlap(range.offset(), range.end()) > 0) {
        if (closed) {
          throw new IOException("the landing is closed");
        }
        RangeSet wanted = missing.intersect(RangeSet.of(List.of(range)));
        if (!wanted.minus(underWay).isEmpty()) {
          return false;
        }
        changed.await();
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an image");
    } finally {
      lock.unlock();
    }
  }

  /// Waits until everything is here.
  ///
  /// @return false if it was closed first
  boolean awaitAll() throws InterruptedException {
    lock.lock();
    try {
      while (!missing.isEmpty() && underWay.bytes() > 0 && !closed) {
        changed.await();
      }
      return missing.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// What is not here.
  RangeSet missing() {
    lock.lock();
    try {
      return RangeSet.of(missing.ranges());
    } finally {
      lock.unlock();
    }
  }

  long missingBytes() {
    lock.lock();
    try {
      return missing.bytes();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
