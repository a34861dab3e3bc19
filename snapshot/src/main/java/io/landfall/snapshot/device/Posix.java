package io.landfall.snapshot.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/// The few Linux calls behind sparse files that the JDK has no name for. Numbers are Linux's, the
/// same on x86-64 and AArch64; on another system nothing here is called.
@SuppressWarnings("restricted")
final class Posix {
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x80000;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;
  static final int SYNC_FILE_RANGE_WRITE = 2;
  static final int POSIX_FADV_WILLNEED = 3;
  static final int POSIX_FADV_DONTNEED = 4;
  static final int RWF_NOWAIT = 8;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EINVAL = 22;
  static final int EOPNOTSUPP = 95;

  static final boolean AVAILABLE = "Linux".equals(System.getProperty("os.name"));

  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle LSEEK =
      handle(
          "lseek",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle FALLOCATE =
      handle(
          "fallocate",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));

  private static final MethodHandle SYNC_FILE_RANGE = onRange("sync_file_range");
  private static final MethodHandle POSIX_FADVISE = onRange("posix_fadvise");

  /// Null where the C library has no such call.
  private static final MethodHandle PREADV2 = AVAILABLE ? preadv2() : null;

  private Posix() {}

  private static MethodHandle onRange(String name) {
    return handle(
        name,
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT));
  }

  private static MethodHandle preadv2() {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("preadv2")
        .map(address ->
            linker.downcallHandle(address, descriptor, Linker.Option.captureCallState("errno")))
        .orElse(null);
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    if (!AVAILABLE) {
      return null;
    }
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = Linker.Option.captureCallState("errno");
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, all);
  }

  /// A new descriptor.
  static int open(String path, int flags) throws IOException {
    long result =
        call(
            "open " + path,
            (errno, arena) ->
                (int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags | O_CLOEXEC));
    if (result < 0) {
      throw new IOException("open " + path + ": errno " + -result);
    }
    return (int) result;
  }

  static void close(int fd) throws IOException {
    long result = call("close", (errno, _) -> (int) CLOSE.invokeExact(errno, fd));
    // Linux has closed the descriptor even when it reports EINTR.
    if (result < 0 && result != -EINTR) {
      throw new IOException("close: errno " + -result);
    }
  }

  /// The position found, or a negated errno.
  static long lseek(int fd, long offset, int whence) throws IOException {
    return call("lseek", (errno, _) -> (long) LSEEK.invokeExact(errno, fd, offset, whence));
  }

  /// 0, or a negated errno.
  static long fallocate(int fd, int mode, long offset, long length) throws IOException {
    return call(
        "fallocate", (errno, _) -> (int) FALLOCATE.invokeExact(errno, fd, mode, offset, length));
  }

  /// 0, or a negated errno.
  static long syncFileRange(int fd, long offset, long length, int flags) throws IOException {
    return call(
        "sync_file_range",
        (errno, _) -> (int) SYNC_FILE_RANGE.invokeExact(errno, fd, offset, length, flags));
  }

  /// Bytes that the kernel had in memory and put into `target`, from its position on; perhaps fewer
  /// than there is room for. A negated errno, `EOPNOTSUPP` among them, where it would have to wait.
  ///
  /// @param target a direct buffer
  static long readNoWait(int fd, long offset, ByteBuffer target) throws IOException {
    if (PREADV2 == null) {
      return -EOPNOTSUPP;
    }
    return call(
        "preadv2",
        (errno, arena) -> {
          MemorySegment vector = arena.allocate(ValueLayout.ADDRESS, 2);
          vector.setAtIndex(ValueLayout.ADDRESS, 0, MemorySegment.ofBuffer(target));
          vector.setAtIndex(ValueLayout.JAVA_LONG, 1, target.remaining());
          return (long) PREADV2.invokeExact(errno, fd, vector, 1, offset, RWF_NOWAIT);
        });
  }

  /// 0; an advice that is not taken is no error worth telling.
  static long fadvise(int fd, long offset, long length, int advice) throws IOException {
    return call(
        "posix_fadvise",
        (errno, _) -> (int) POSIX_FADVISE.invokeExact(errno, fd, offset, length, advice));
  }

  @FunctionalInterface
  private interface Call {
    @SuppressWarnings("PMD.SignatureDeclareThrowsException")
    long invoke(MemorySegment errno, Arena arena) throws Throwable;
  }

  private static long call(String name, Call call) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(CAPTURE);
      long result = call.invoke(errno, arena);
      return result >= 0 ? result : -(long) (int) ERRNO.get(errno, 0L);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(name + ": native call failed", e);
    }
  }
}
