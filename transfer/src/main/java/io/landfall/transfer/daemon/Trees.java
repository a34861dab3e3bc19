package io.landfall.transfer.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Directories with all that is in them.
final class Trees {
  private Trees() {}

  /// Deletes a file, or a directory with all that is in it. Harmless if there is none; links are
  /// not followed.
  static void delete(Path root) throws IOException {
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      try (var children = Files.list(root)) {
        for (Path child : children.toList()) {
          delete(child);
        }
      }
    }
    Files.deleteIfExists(root);
  }
}
