package io.landfall.transfer.config;

import java.nio.file.Path;

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

  /// Whether letters are those of a `$F` function.
  static boolean areParts(String letters) {
    return letters.chars().allMatch(c -> "fpdnxbquwa".indexOf(c) >= 0);
  }

  /// `$F` with letters, of a path: `p` the directory with its `/`, `d` the last part of it (more
  /// with each `d`), `n` the name without extension, `x` the extension with its dot; `b` drops that
  /// `/` and dot; `f` makes the path full first; `q` puts quotation marks around, with `a` single
  /// ones; `u` and `w` turn the slashes.
  static String parts(String letters, String path, Path workingDirectory) {
    String whole =
        letters.indexOf('f') >= 0 ? workingDirectory.resolve(path).normalize().toString() : path;
    int slash = whole.lastIndexOf('/');
    int dot = whole.lastIndexOf('.');
    int nameEnd = dot > slash + 1 ? dot : whole.length();
    boolean bare = letters.indexOf('b') >= 0;
    boolean some = letters.chars().anyMatch(c -> "pdnx".indexOf(c) >= 0);
    StringBuilder parts = new StringBuilder(some ? "" : whole);
    if (slash >= 0 && letters.indexOf('p') >= 0) {
      parts.append(whole, 0, bare && slash > 0 ? slash : slash + 1);
    } else if (slash >= 0 && letters.indexOf('d') >= 0) {
      parts.append(whole, lastParts(whole, slash, letters), bare ? slash : slash + 1);
    }
    if (letters.indexOf('n') >= 0) {
      parts.append(whole, slash + 1, nameEnd);
    }
    if (letters.indexOf('x') >= 0) {
      parts.append(whole, Math.min(whole.length(), bare ? nameEnd + 1 : nameEnd), whole.length());
    }
    return dressed(letters, parts.toString());
  }

  private static int lastParts(String path, int slash, String letters) {
    int from = slash;
    for (long d = letters.chars().filter(c -> c == 'd').count(); d > 0 && from > 0; d--) {
      from = path.lastIndexOf('/', from - 1);
    }
    return from + 1;
  }

  private static String dressed(String letters, String text) {
    String turned =
        letters.indexOf('w') >= 0
            ? text.replace('/', '\\')
            : letters.indexOf('u') >= 0 ? text.replace('\\', '/') : text;
    if (letters.indexOf('q') < 0) {
      return turned;
    }
    char mark = letters.indexOf('a') >= 0 ? '\'' : '"';
    return mark + turned + mark;
  }
}
