package io.landfall.snapshot.format.file;

import io.landfall.snapshot.device.WriteBehind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;

/// A file that is there complete or not at all: it grows under a temporary name beside its own, and
/// [#commit] makes it durable and gives it its name, in place of a former file. Closing it without
/// leaves no trace.
///
/// One thread.
public final class NewFile implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final WriteBehind behind;
  private boolean committed;

  private NewFile(Path target, Path temporary, FileChannel channel, WriteBehind behind) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
    this.behind = behind;
  }

  /// Starts a file that shall be `target`.
  public static NewFile at(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    // Not createTempFile, whose files only their owner may read: the target gets usual permissions.
    Path temporary =
        absolute.resolveSibling(
            ".%s.%016x.part".formatted(absolute.getFileName(), RANDOM.nextLong()));
    FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      return new NewFile(absolute, temporary, channel, WriteBehind.of(temporary));
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /// The channel to write through; closes with this.
  public FileChannel channel() {
    return channel;
  }

  /// Writes all of `bytes` at `offset`.
  public void write(long offset, ByteBuffer bytes) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    behind.written(offset, at - offset);
  }

  /// Lets the file end at `sizeBytes` at least, with a hole behind what was written.
  public void extendTo(long sizeBytes) throws IOException {
    if (channel.size() < sizeBytes) {
      write(sizeBytes - 1, ByteBuffer.allocate(1));
    }
  }

  /// Makes the file durable under its name.
  public void commit() throws IOException {
    channel.force(true);
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    committed = true;
    try (FileChannel directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      behind.close();
    }
    if (!committed) {
      Files.deleteIfExists(temporary);
    }
  }
}
