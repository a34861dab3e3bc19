package io.landfall.transfer.landing;

import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Where a lazily landing image comes from. It may go away, and whoever needs it waits for another.
///
/// Any thread. Owns the source that it has.
final class Origin implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private RemoteImage source; // guarded by lock; null while there is none
  private boolean closed; // guarded by lock

  /// From now on it comes from `next`; takes ownership.
  void set(RemoteImage next) {
    RemoteImage before;
    lock.lock();
    try {
      before = closed ? next : source;
      source = closed ? null : next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    close(before);
  }

  /// The source; waits until there is one.
  ///
  /// @throws IOException if it is over
  RemoteImage get() throws IOException {
    lock.lock();
    try {
      while (source == null && !closed) {
        changed.await();
      }
      if (closed) {
        throw new IOException("the landing is closed");
      }
      return source;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a source");
    } finally {
      lock.unlock();
    }
  }

  /// `which` is gone; unless another has taken its place already, there is none now.
  void lost(RemoteImage which) {
    lock.lock();
    try {
      if (which.equals(source)) {
        source = null;
      }
    } finally {
      lock.unlock();
    }
    close(which);
  }

  /// Lets time pass, or another source come.
  void pause(long millis) throws IOException {
    lock.lock();
    try {
      RemoteImage before = source;
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (left > 0 && !closed && Objects.equals(before, source)) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a source");
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    RemoteImage before;
    lock.lock();
    try {
      closed = true;
      before = source;
      source = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    close(before);
  }

  private static void close(RemoteImage image) {
    if (image != null) {
      image.close();
    }
  }
}
