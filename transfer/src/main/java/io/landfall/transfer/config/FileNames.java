package io.landfall.transfer.config;

/// Parts of file names as text, without asking any file system.
public final class FileNames {
  private FileNames() {}

  /// What is behind the last `/`.
  public static String base(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// What is before the last `/`, or `.` if there is none.
  static String directory(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
  }
}
