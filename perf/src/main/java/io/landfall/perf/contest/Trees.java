package io.landfall.perf.contest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Directories as a whole.
public final class Trees {
  private Trees() {}

  /// The regular files in a directory tree; the file itself if it is one; none if there is nothing.
  static List<Path> files(Path root) throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }

  /// The sizes of all files together.
  static long bytes(Optional<Path> root) throws IOException {
    long bytes = 0;
    if (root.isPresent()) {
      for (Path file : files(root.get())) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /// Deletes a directory and all in it.
  public static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
