package io.landfall.snapshot.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// A descriptor of our own for what a `FileChannel` cannot ask: where data starts and ends, and to
/// give a range back.
///
/// Any thread. Every call holds the read lock and closing takes the write lock, so that no call
/// reaches a number that the kernel has given to another file in the meantime.
final class SparseFd implements AutoCloseable {
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
  private final int fd;
  private boolean closed; // guarded by gate

  private SparseFd(int fd) {
    this.fd = fd;
  }

  static boolean available() {
    return Posix.AVAILABLE;
  }

  static SparseFd open(Path path, boolean writable) throws IOException {
    return new SparseFd(Posix.open(path.toString(), writable ? Posix.O_RDWR : Posix.O_RDONLY));
  }

  /// A path that opens the very file of this descriptor, wherever its name points by now.
  Path alias() {
    return Path.of("/proc/self/fd/" + fd);
  }

  /// The first offset from `offset` on that is data, or `end` if none is before it. What the file
  /// system cannot tell is data.
  long nextData(long offset, long end) throws IOException {
    return seek(offset, Posix.SEEK_DATA).orElse(end);
  }

  /// The first offset from `offset` on that is a hole; the end of a file is one.
  long nextHole(long offset, long end) throws IOException {
    return seek(offset, Posix.SEEK_HOLE).orElse(end);
  }

  private OptionalLong seek(long offset, int whence) throws IOException {
    gate.readLock().lock();
    try {
      requireOpen();
      long found = Posix.lseek(fd, offset, whence);
      if (found >= 0) {
        return OptionalLong.of(found);
      }
      if (found == -Posix.ENXIO) {
        return OptionalLong.empty();
      }
      if (found == -Posix.EINVAL || found == -Posix.EOPNOTSUPP) {
        return whence == Posix.SEEK_DATA ? OptionalLong.of(offset) : OptionalLong.empty();
      }
      throw new IOException("lseek at " + offset + ": errno " + -found);
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Fills a direct buffer from the kernel's cache; false if that does not have all of it.
  boolean readCached(long offset, ByteBuffer target) throws IOException {
    gate.readLock().lock();
    try {
      requireOpen();
      return Posix.readNoWait(fd, offset, target) == target.remaining();
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Turns a range into a hole; false where the file system has no holes.
  boolean punch(long offset, long length) throws IOException {
    gate.readLock().lock();
    try {
      requireOpen();
      int mode = Posix.FALLOC_FL_PUNCH_HOLE | Posix.FALLOC_FL_KEEP_SIZE;
      long result;
      do {
        result = Posix.fallocate(fd, mode, offset, length);
      } while (result == -Posix.EINTR);
      if (result == -Posix.EOPNOTSUPP) {
        return false;
      }
      if (result < 0) {
        throw new IOException("punching " + length + " bytes at " + offset + ": errno " + -result);
      }
      return true;
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Has the kernel begin to write a range to the disk.
  void startWriting(long offset, long length) throws IOException {
    gate.readLock().lock();
    try {
      requireOpen();
      long result = Posix.syncFileRange(fd, offset, length, Posix.SYNC_FILE_RANGE_WRITE);
      if (result < 0) {
        throw new IOException("sync_file_range at " + offset + ": errno " + -result);
      }
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Tells the kernel what a range will be used for; only advice.
  void advise(long offset, long length, int advice) throws IOException {
    gate.readLock().lock();
    try {
      requireOpen();
      long _ = Posix.fadvise(fd, offset, length, advice);
    } finally {
      gate.readLock().unlock();
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new java.nio.channels.ClosedChannelException();
    }
  }

  @Override
  public void close() throws IOException {
    gate.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        Posix.close(fd);
      }
    } finally {
      gate.writeLock().unlock();
    }
  }
}
