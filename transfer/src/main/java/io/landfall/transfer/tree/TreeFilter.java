package io.landfall.transfer.tree;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/// Which names of a tree take part: those that a pattern includes, if there is any, less those that
/// one excludes. A directory that is excluded takes all below it along.
///
/// @param include shell patterns for files, matched against the name and the whole relative path
/// @param exclude the same, for files and directories
public record TreeFilter(List<String> include, List<String> exclude) {
  /// Everything.
  public static final TreeFilter ALL = new TreeFilter(List.of(), List.of());

  public TreeFilter {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  boolean takesDirectory(String path) {
    return !matches(exclude, path);
  }

  boolean takesFile(String path) {
    return (include.isEmpty() || matches(include, path)) && !matches(exclude, path);
  }

  private static boolean matches(List<String> patterns, String path) {
    Path whole = Path.of(path);
    for (String pattern : patterns) {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      if (matcher.matches(whole) || matcher.matches(whole.getFileName())) {
        return true;
      }
    }
    return false;
  }
}
