package io.landfall.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

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
}
