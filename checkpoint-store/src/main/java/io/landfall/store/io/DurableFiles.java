package io.landfall.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Small files that are there whole or not at all.
public final class DurableFiles {
  private DurableFiles() {}

  /// Writes `content` to `temporary`, forces it, renames it to `target` and syncs the directory of
  /// `target`. When this returns, `target` survives a power cut.
  ///
  /// @param temporary in the same file system; removed if anything fails before the rename
  public static void write(FileLayer files, Path temporary, Path target, byte[] content)
      throws IOException {
    try {
      try (FileLayer.WritableFile file = files.create(temporary)) {
        file.write(0, ByteBuffer.wrap(content));
        file.force();
      }
      files.rename(temporary, target);
    } catch (IOException e) {
      try {
        files.delete(temporary);
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    files.syncDirectory(target.toAbsolutePath().getParent());
  }

  /// Puts new content in a file's place: whoever reads sees the old one or the new one, whole, and
  /// the new one survives a power cut when this returns.
  public static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    FileLayer disk = FileLayer.disk();
    disk.delete(temporary); // of a writer that was killed
    write(disk, temporary, file, content);
  }

  /// Returns when everything that was written to a file, by whatever process, is durable.
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /// Returns when the names in a directory are durable.
  public static void syncDirectory(Path directory) throws IOException {
    FileLayer.disk().syncDirectory(directory);
  }
}
