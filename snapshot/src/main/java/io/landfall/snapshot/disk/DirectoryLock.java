package io.landfall.snapshot.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keeps a disk's directory for one opener, in this process and among all.
final class DirectoryLock {
  private static final String FILE = "lock";

  private DirectoryLock() {}

  /// Takes the lock, which is held until the channel is closed.
  static FileChannel take(Path dir) throws IOException {
    FileChannel file =
        FileChannel.open(dir.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (file.tryLock() != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      file.close();
      throw new IOException(dir + ": the disk is open already", e);
    }
    file.close();
    throw new IOException(dir + ": the disk is open in another process");
  }
}
