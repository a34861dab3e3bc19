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
import java.nio.ByteBuffer;

/// Files by descriptor, as the kernel has them: one call for each thing to do.
///
/// A small file costs the JDK three looks at its path (open, mode, times), each through
/// `/proc/self/fd`; with thousands of them that is most of the time. Any thread.
@SuppressWarnings("restricted")
final class NativeFiles {
  static final int AT_FDCWD = -100;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_NONBLOCK = 0x800;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_BASIC = 0x7ff;
  private static final int STATX_BYTES = 256; // the same on every architecture
  private static final int NANOS = 1_000_000_000;
  private static final long UTIME_OMIT = (1L << 30) - 2;

  private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MethodHandle OPENAT =
      handle(
          "openat",
          FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, INT),
          Linker.Option.firstVariadicArg(3));
  private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle SYNCFS = handle("syncfs", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle FCHMOD = handle("fchmod", FunctionDescriptor.of(INT, INT, INT));
  private static final MethodHandle FUTIMENS =
      handle("futimens", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS));
  private static final MethodHandle STATX =
      handle(
          "statx",
          FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, INT, ValueLayout.ADDRESS));
  private static final MethodHandle PREAD =
      handle("pread", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, LONG));
  private static final MethodHandle PWRITE =
      handle("pwrite", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, LONG));

  private static final int SYNC_FILE_RANGE_WRITE = 2;
  private static final MethodHandle SYNC_FILE_RANGE =
      handle("sync_file_range", FunctionDescriptor.of(INT, INT, LONG, LONG, INT));

  private NativeFiles() {}

  /// What a name is.
  ///
  /// @param mode type and permission bits
  /// @param links names that the file has
  /// @param inode of the file, with its device
  record Status(int mode, int links, Inode inode, long sizeBytes, long mtimeNanos) {}

  /// What all names of a file have in common.
  record Inode(long device, long number) {}

  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = Linker.Option.captureCallState("errno");
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, all);
  }

  /// Opens `path` below the directory `at`, or anywhere from [#AT_FDCWD]; the caller closes.
  static int open(int at, String path, int flags, int mode) throws IOException {
    return (int)
        call(
            "opening " + path,
            (errno, arena) ->
                (int)
                    OPENAT.invokeExact(
                        errno, at, arena.allocateFrom(path), O_CLOEXEC | flags, mode));
  }

  static void close(int file) throws IOException {
    call("close", (errno, arena) -> (int) CLOSE.invokeExact(errno, file));
  }

  /// Returns when all that was written to the file system of `file` is durable.
  static void syncFileSystem(int file, String name) throws IOException {
    call("syncfs " + name, (errno, arena) -> (int) SYNCFS.invokeExact(errno, file));
  }

  /// Has the kernel begin to write all of a file to the disk. Says nothing about durability.
  static void startWriting(int file, String name) throws IOException {
    call(
        "starting to write " + name,
        (errno, arena) ->
            (int) SYNC_FILE_RANGE.invokeExact(errno, file, 0L, 0L, SYNC_FILE_RANGE_WRITE));
  }

  /// Sets permission bits and the time of the last change.
  static void setModeAndTime(int file, int mode, long mtimeNanos) throws IOException {
    call("fchmod", (errno, arena) -> (int) FCHMOD.invokeExact(errno, file, mode));
    call(
        "futimens",
        (errno, arena) -> {
          MemorySegment times = arena.allocate(4 * LONG.byteSize(), LONG.byteAlignment());
          times.setAtIndex(LONG, 1, UTIME_OMIT);
          times.setAtIndex(LONG, 2, Math.floorDiv(mtimeNanos, NANOS));
          times.setAtIndex(LONG, 3, Math.floorMod(mtimeNanos, NANOS));
          return (int) FUTIMENS.invokeExact(errno, file, times);
        });
  }

  /// Looks at a name in the directory `at`; a link is not followed.
  static Status status(int at, String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(STATX_BYTES, LONG.byteAlignment());
      call(
          "looking at " + name,
          (errno, names) ->
              (int)
                  STATX.invokeExact(
                      errno, at, names.allocateFrom(name), AT_SYMLINK_NOFOLLOW, STATX_BASIC, stat));
      long device = (long) stat.get(INT, 136) << 32 | Integer.toUnsignedLong(stat.get(INT, 140));
      return new Status(
          Short.toUnsignedInt(stat.get(ValueLayout.JAVA_SHORT, 28)),
          stat.get(INT, 16),
          new Inode(device, stat.get(LONG, 32)),
          stat.get(LONG, 40),
          stat.get(LONG, 112) * NANOS + stat.get(INT, 120));
    }
  }

  /// Fills `target`, which is direct, from `from` on.
  ///
  /// @throws IOException with the name if the file ends before that
  static void read(int file, long from, ByteBuffer target, String name) throws IOException {
    long at = from;
    while (target.hasRemaining()) {
      long offset = at;
      MemorySegment free = MemorySegment.ofBuffer(target);
      long count =
          call(
              "reading " + name,
              (errno, arena) ->
                  (long) PREAD.invokeExact(errno, file, free, free.byteSize(), offset));
      if (count == 0) {
        throw new IOException("'" + name + "' became shorter while it was sent");
      }
      target.position(target.position() + (int) count);
      at += count;
    }
  }

  /// Writes all of `content`, which is direct, from the file's start on.
  static void write(int file, ByteBuffer content, String name) throws IOException {
    long at = 0;
    while (content.hasRemaining()) {
      long offset = at;
      MemorySegment rest = MemorySegment.ofBuffer(content);
      long count =
          call(
              "writing " + name,
              (errno, arena) ->
                  (long) PWRITE.invokeExact(errno, file, rest, rest.byteSize(), offset));
      content.position(content.position() + (int) count);
      at += count;
    }
  }

  @FunctionalInterface
  private interface Call {
    long invoke(MemorySegment errno, Arena arena) throws Throwable;
  }

  private static long call(String what, Call call) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(CAPTURE);
      long result = call.invoke(errno, arena);
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
      case 17 -> "exists already";
      case 20 -> "not a directory";
      case 24 -> "too many open files";
      case 28 -> "no space left on device";
      case 40 -> "a symbolic link stands where none may be";
      default -> "errno " + errno;
    };
  }
}
