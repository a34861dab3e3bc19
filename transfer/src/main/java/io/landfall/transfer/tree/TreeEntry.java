package io.landfall.transfer.tree;

import java.util.Objects;
import java.util.Optional;

/// One name of a tree.
///
/// @param path relative, components separated by `/`
/// @param kind what it is
/// @param mode the lowest nine permission bits
/// @param mtimeNanos modification time since 1970
/// @param sizeBytes of a file
/// @param target of a link: what a symbolic link says, or the path of the file that a hard link is
///   another name of
/// @param packOffset of a small file in the pack
/// @param stamp of a large file: changes whenever its content may have
public record TreeEntry(
    String path,
    Kind kind,
    int mode,
    long mtimeNanos,
    long sizeBytes,
    Optional<String> target,
    long packOffset,
    Optional<String> stamp) {

  public TreeEntry {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(stamp, "stamp");
  }

  /// What a name may be.
  public enum Kind {
    DIRECTORY,
    FILE,
    SYMLINK,
    HARDLINK
  }

  static TreeEntry directory(String path, int mode, long mtimeNanos) {
    return new TreeEntry(
        path, Kind.DIRECTORY, mode, mtimeNanos, 0, Optional.empty(), 0, Optional.empty());
  }

  static TreeEntry link(String path, Kind kind, String target) {
    return new TreeEntry(path, kind, 0, 0, 0, Optional.of(target), 0, Optional.empty());
  }

  /// Whether its content is in the pack.
  boolean small() {
    return kind == Kind.FILE && stamp.isEmpty();
  }

  /// Whether its content is an export of its own.
  boolean large() {
    return kind == Kind.FILE && stamp.isPresent();
  }
}
