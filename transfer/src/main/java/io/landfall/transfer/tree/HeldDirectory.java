package io.landfall.transfer.tree;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/// A directory by its descriptor: names are looked up in that very directory, whatever anybody does
/// to the path that led to it.
///
/// What the JDK opens below `/proc/self/fd/N` starts at the descriptor; with one component and
/// `NOFOLLOW_LINKS` nothing leads elsewhere.
@SuppressWarnings("restricted")
final class HeldDirectory implements AutoCloseable {
  private static final int AT_FDCWD = -100;
  private static final int O_RDONLY = 0;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_DIRECTORY = 0x10000;
  private static final int O_NOFOLLOW = 0x20000;
  private static final int O_CLOEXEC = 0x80000;

  private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPENAT =
      handle(
          "openat",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(3));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle SYNCFS =
      handle("syncfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final int fd;
  private final String name;

  private HeldDirectory(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = Linker.Option.captureCallState("errno");
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, all);
  }

  /// Opens a directory that a person of this machine named: links in its path are theirs.
  static HeldDirectory open(Path directory) throws IOException {
    String path = directory.toAbsolutePath().toString();
    return new HeldDirectory(openat(AT_FDCWD, path, O_DIRECTORY), path);
  }

  /// Opens a directory in this one; a link is refused.
  HeldDirectory child(String component) throws IOException {
    return new HeldDirectory(
        openat(fd, component, O_DIRECTORY | O_NOFOLLOW), name + '/' + component);
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
    int file = openat(fd, component, O_NOFOLLOW | O_NONBLOCK);
    try {
      return use.of(Path.of("/proc/self/fd", Integer.toString(file)));
    } finally {
      close(file);
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
    call("syncfs " + name, (errno, arena) -> (int) SYNCFS.invokeExact(errno, fd));
  }

  private static int openat(int at, String path, int flags) throws IOException {
    return call(
        "opening " + path,
        (errno, arena) ->
            (int)
                OPENAT.invokeExact(
                    errno, at, arena.allocateFrom(path), O_RDONLY | O_CLOEXEC | flags));
  }

  private static void close(int file) throws IOException {
    call("close", (errno, arena) -> (int) CLOSE.invokeExact(errno, file));
  }

  @FunctionalInterface
  private interface Call {
    int invoke(MemorySegment errno, Arena arena) throws Throwable;
  }

  private static int call(String what, Call call) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(CAPTURE);
      int result = call.invoke(errno, arena);
      if (result < 0) {
        throw new IOException(what + ": " + reason((int) ERRNO.get(errno, 0L)));
      }
      return result;
    } catch (RuntimeException | Error | IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(what + ": native call failed", e);
    }
  }

  private static String reason(int errno) {
    return switch (errno) {
      case 2 -> "no such file or directory";
      case 13 -> "permission denied";
      case 20 -> "not a directory";
      case 24 -> "too many open files";
      case 40 -> "a symbolic link stands where none may be";
      default -> "errno " + errno;
    };
  }

  @Override
  public void close() throws IOException {
    close(fd);
  }
}
