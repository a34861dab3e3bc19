package io.landfall.transfer.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What a description asks about files. The real ones are [#system]; tests bring a file system of
/// their own.
public interface FileLookup {

  /// The text of a file.
  ///
  /// @throws IOException if it cannot be read, or is larger than `maxBytes`
  String readText(Path file, int maxBytes) throws IOException;

  /// Whether the path is a plain file that this process may read.
  boolean isReadableFile(Path path);

  /// Whether the path is a directory.
  boolean isDirectory(Path path);

  /// What a directory holds, sorted by name, at most `limit` entries.
  List<Path> list(Path directory, int limit) throws IOException;

  /// The size of a plain file in bytes, or 0 if there is none.
  long sizeBytes(Path file);

  /// The files of this machine.
  static FileLookup system() {
    return new SystemFiles();
  }
}
