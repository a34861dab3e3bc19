package io.landfall.snapshot.filesystem;

import java.time.Instant;

/// A file or directory.
///
/// @param path from the root of its file system, beginning with `/`; control characters are
///   replaced
/// @param kind what it is
/// @param sizeBytes its length; 0 for a directory
/// @param modified when it was written last
public record FileEntry(String path, Kind kind, long sizeBytes, Instant modified) {

  /// What a name stands for.
  public enum Kind {
    /// A plain file.
    FILE,
    /// A directory.
    DIRECTORY,
    /// A symbolic link, device, pipe or socket.
    OTHER
  }
}
