package io.landfall.store.index;

import java.io.IOException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.RocksDBException;

/// Every native call passes here: many at once while the database is open, none once it is closed.
/// A call on a closed database would not throw but end the JVM.
final class Gate {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed; // guarded by lock

  /// A native call.
  @FunctionalInterface
  interface Call<T> {
    T run() throws RocksDBException;
  }

  <T> T call(Call<T> call) throws IOException {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IOException("the index is closed");
      }
      return call.run();
    } catch (RocksDBException e) {
      throw new IOException("index: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /// Runs `release` once, when no call is running and none can start any more.
  void close(Runnable release) {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
