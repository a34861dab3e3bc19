package io.landfall.transfer.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// A directory by its descriptor: names are looked up in that very directory, whatever anybody does
/// to the path that led to it.
///
/// What the JDK opens below `/proc/self/fd/N` starts at the descriptor; with one component and
/// `NOFOLLOW_LINKS` nothing leads elsewhere.
final class HeldDirectory implements AutoCloseable {
  private final int fd;
  private final String name;

  private HeldDirectory(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /// Opens a directory that a person of this machine named: links in its path are theirs.
  static HeldDirectory open(Path directory) throws IOException {
    String path = directory.toAbsolutePath().toString();
    return new HeldDirectory(
        NativeFiles.open(NativeFiles.AT_FDCWD, path, NativeFiles.O_DIRECTORY, 0), path);
  }

  /// Opens a directory in this one; a link is refused.
  HeldDirectory child(String component) throws IOException {
    return new HeldDirectory(
        NativeFiles.open(fd, component, NativeFiles.O_DIRECTORY | NativeFiles.O_NOFOLLOW, 0),
        name + '/' + component);
  }

  /// Opens the directory that holds `relative`, component by component.
  HeldDirectory parentOf(String relative) throws IOException {
    HeldDirectory at = child(".");
    String[] components = relative.split("/", -1);
    for (int i = 0; i < components.length - 1; i++) {
      try (HeldDirectory above = at) {
        at = above.child(components[i]);
      }
    }
    return at;
  }

  /// Lends a path to the file of that name in this directory; a link is refused.
  <T> T file(String component, Use<T> use) throws IOException {
    int file = open(component);
    try {
      return use.of(Path.of("/proc/self/fd", Integer.toString(file)));
    } finally {
      NativeFiles.close(file);
    }
  }

  private int open(String component) throws IOException {
    return NativeFiles.open(fd, component, NativeFiles.O_NOFOLLOW | NativeFiles.O_NONBLOCK, 0);
  }

  /// Fills a direct buffer from the file of that name in this directory; a link is refused.
  ///
  /// @param shown the name for a message
  void read(String component, long from, ByteBuffer target, String shown) throws IOException {
    int file = open(component);
    try {
      NativeFiles.read(file, from, target, shown);
    } finally {
      NativeFiles.close(file);
    }
  }

  /// What a name in this directory is; a link is not followed.
  NativeFiles.Status status(String component) throws IOException {
    return NativeFiles.status(fd, component);
  }

  /// Makes a file with this content, whole. What is below this directory must be ours alone: links
  /// on the way are followed, though not one at the end.
  ///
  /// @param relative a name that is free
  /// @param content direct
  void create(String relative, ByteBuffer content, int mode, long mtimeNanos) throws IOException {
    int flags = NativeFiles.O_WRONLY | NativeFiles.O_CREAT | NativeFiles.O_EXCL;
    int file = NativeFiles.open(fd, relative, flags, 0600);
    try {
      NativeFiles.write(file, content, relative);
      NativeFiles.startWriting(file, relative); // so that the sync of all has less to wait for
      NativeFiles.setModeAndTime(file, mode, mtimeNanos);
    } finally {
      NativeFiles.close(file);
    }
  }

  /// What is done with a path that is valid only meanwhile.
  interface Use<T> {
    T of(Path path) throws IOException;
  }

  /// This directory, for calls of the JDK.
  Path path() {
    return Path.of("/proc/self/fd", Integer.toString(fd));
  }

  /// Returns when all that was written to this file system is durable.
  void syncFileSystem() throws IOException {
    NativeFiles.syncFileSystem(fd, name);
  }

  @Override
  public void close() throws IOException {
    NativeFiles.close(fd);
  }
}
