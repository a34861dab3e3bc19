package io.landfall.store.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The lock that makes one process the store's writer. The kernel gives it back when that process
/// ends, however it ends; the text in the file is for people.
///
/// The kernel also gives it back when the process that holds it closes *any* descriptor of the
/// file. So a process that holds a lock never opens the file again: it asks [#HELD_HERE] first.
final class StoreLock implements AutoCloseable {
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path real;
  private final FileChannel channel;

  private StoreLock(Path real, FileChannel channel) {
    this.real = real;
    this.channel = channel;
  }

  static StoreLock take(Path path) throws IOException {
    Path real = path.getParent().toRealPath();
    if (!HELD_HERE.add(real)) {
      throw new StoreHeldException(
          real + ": in use by this very process (pid " + ProcessHandle.current().pid() + ")");
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw new StoreHeldException(real + ": in use by another process (" + holder(path) + ")");
      }
      String text = "pid %d since %s%n".formatted(ProcessHandle.current().pid(), Instant.now());
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      return new StoreLock(real, channel);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      HELD_HERE.remove(real);
      throw e;
    }
  }

  /// Whether some process has the lock at `path`.
  static boolean isHeld(Path path) throws IOException {
    if (HELD_HERE.contains(path.getParent().toRealPath())) {
      return true;
    }
    if (!Files.exists(path)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    }
  }

  private static String holder(Path path) throws IOException {
    String text = Files.readString(path).strip();
    return text.isEmpty() ? "which has not said its name" : text;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD_HERE.remove(real);
  }
}
