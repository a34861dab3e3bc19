package io.landfall.perf.bench;

import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// The operating system's files, which are left to it: makes a store that is to be measured later
/// without waiting ten thousand times for the disk.
final class UnforcedFiles implements FileLayer {
  private final FileLayer disk = FileLayer.disk();

  @Override
  public WritableFile create(Path path) throws IOException {
    return new Unforced(disk.create(path));
  }

  @Override
  public WritableFile open(Path path) throws IOException {
    return new Unforced(disk.open(path));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.delete(path);
  }

  @Override
  public void createDirectory(Path path) throws IOException {
    disk.createDirectory(path);
  }

  @Override
  public void syncDirectory(Path directory) {
    // The operating system does it when it likes.
  }

  private record Unforced(WritableFile file) implements WritableFile {
    @Override
    public void write(long offset, ByteBuffer bytes) throws IOException {
      file.write(offset, bytes);
    }

    @Override
    public void force() {
      // The operating system does it when it likes.
    }

    @Override
    public void truncate(long length) throws IOException {
      file.truncate(length);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
