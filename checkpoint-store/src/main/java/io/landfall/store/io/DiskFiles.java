package io.landfall.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The operating system's files.
final class DiskFiles implements FileLayer {

  @Override
  public WritableFile create(Path path) throws IOException {
    return open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public WritableFile open(Path path) throws IOException {
    return open(path, StandardOpenOption.WRITE);
  }

  private static WritableFile open(Path path, StandardOpenOption... options) throws IOException {
    try {
      return new DiskFile(path, FileChannel.open(path, options));
    } catch (IOException e) {
      throw StoreFullException.orSame(path, e);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw StoreFullException.orSame(to, e);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void createDirectory(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      try {
        Files.createDirectories(path);
      } catch (IOException e) {
        throw StoreFullException.orSame(path, e);
      }
      syncDirectory(path.toAbsolutePath().getParent());
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private record DiskFile(Path path, FileChannel channel) implements WritableFile {
    @Override
    public void write(long offset, ByteBuffer bytes) throws IOException {
      try {
        long at = offset;
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
      } catch (IOException e) {
        throw StoreFullException.orSame(path, e);
      }
    }

    @Override
    public void force() throws IOException {
      try {
        channel.force(false);
      } catch (IOException e) {
        throw StoreFullException.orSame(path, e);
      }
    }

    @Override
    public void truncate(long length) throws IOException {
      channel.truncate(length);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
