package io.landfall.transfer.doctor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// The kernel's calls that are tried by making them. Each is one attempt that leaves nothing open.
/// Numbers are Linux's, the same on x86-64 and AArch64.
@SuppressWarnings("restricted")
final class Linux {
  private static final int O_RDWR = 2;
  private static final long FICLONE = 0x40049409L;
  private static final int TIMEX_BYTES = 208;
  private static final int TIMEX_MAXERROR = 24;
  private static final int STA_UNSYNC = 0x40;
  private static final int TIMEX_STATUS = 40;
  private static final int TIME_ERROR = 5;
  private static final int MAX_PLAIN_BYTES = 4096;

  private static final Linker LINKER = Linker.nativeLinker();

  private Linux() {}

  /// What the kernel says of its clock.
  ///
  /// @param synchronised whether something keeps it right
  /// @param maxErrorMicros how wrong it may be by now
  record Clock(boolean synchronised, long maxErrorMicros) {}

  /// Whether `target` now shares the blocks of `source`: what a reflink is.
  static boolean clones(Path source, Path target) throws IOException {
    try (Descriptor from = open(source);
        Descriptor to = open(target)) {
      return 0
          == invoke(
              "ioctl",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT),
              new Linker.Option[] {Linker.Option.firstVariadicArg(2)},
              to.number,
              FICLONE,
              from.number);
    }
  }

  /// Whether the kernel sends a file to a memory file without it passing through the process:
  /// memfd_create and sendfile at once.
  static boolean sends(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined();
        Descriptor from = open(file);
        Descriptor to =
            new Descriptor(
                invoke(
                    "memfd_create",
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    new Linker.Option[0],
                    arena.allocateFrom("landfall-doctor"),
                    0))) {
      return to.number >= 0
          && invoke(
                  "sendfile",
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, // a long that is never above MAX_PLAIN_BYTES here
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.ADDRESS,
                      ValueLayout.JAVA_LONG),
                  new Linker.Option[0],
                  to.number,
                  from.number,
                  MemorySegment.NULL,
                  (long) MAX_PLAIN_BYTES)
              > 0;
    }
  }

  /// Asks the kernel without changing anything.
  static Clock clock() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timex = arena.allocate(TIMEX_BYTES, Long.BYTES);
      int state =
          invoke(
              "adjtimex",
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
              new Linker.Option[0],
              timex);
      if (state < 0) {
        throw new IOException("adjtimex is not allowed here");
      }
      int status = timex.get(ValueLayout.JAVA_INT, TIMEX_STATUS);
      return new Clock(
          state != TIME_ERROR && (status & STA_UNSYNC) == 0,
          timex.get(ValueLayout.JAVA_LONG, TIMEX_MAXERROR));
    }
  }

  private record Descriptor(int number) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (number >= 0) {
        invoke(
            "close",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            new Linker.Option[0],
            number);
      }
    }
  }

  private static Descriptor open(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int number =
          invoke(
              "open",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
              new Linker.Option[] {Linker.Option.firstVariadicArg(2)},
              arena.allocateFrom(file.toString()),
              O_RDWR);
      if (number < 0) {
        throw new IOException("cannot open " + file);
      }
      return new Descriptor(number);
    }
  }

  private static int invoke(
      String name, FunctionDescriptor shape, Linker.Option[] options, Object... arguments)
      throws IOException {
    try {
      return (int)
          LINKER
              .downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, options)
              .invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(name + ": native call failed", e);
    }
  }
}
