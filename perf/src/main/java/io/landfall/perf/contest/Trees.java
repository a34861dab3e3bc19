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

  /// Compares the files of two trees, their contents, modes and times of change.
  ///
  /// @param modesAndTimes false: names and contents only
  /// @throws IOException naming the first that differs or is in one of them only
  static void requireSame(Path expected, Path result, boolean modesAndTimes) throws IOException {
    List<Path> names = names(expected);
    if (!names.equals(names(result))) {
      throw new IOException(result + " has other names in it than " + expected);
    }
    for (Path name : names) {
      Path a = expected.resolve(name);
      Path b = result.resolve(name);
      boolean same =
          Files.mismatch(a, b) < 0
              && (!modesAndTimes
                  || (Files.getPosixFilePermissions(a).equals(Files.getPosixFilePermissions(b))
                      && Files.getLastModifiedTime(a).equals(Files.getLastModifiedTime(b))));
      if (!same) {
        throw new IOException(b + " differs in content, mode or time from " + a);
      }
    }
  }

  private static List<Path> names(Path root) throws IOException {
    return files(root).stream().map(root::relativize).sorted().toList();
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
