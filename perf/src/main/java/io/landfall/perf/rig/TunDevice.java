package io.landfall.perf.rig;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// A network device whose packets a program reads and writes. Segments of 64 KiB cross whole, with
/// a header of [#HEADER_BYTES] that says how a network card would cut them; so a gigabit a second
/// costs two thousand reads a second, and not eighty thousand.
///
/// Numbers are Linux's, the same on x86-64 and AArch64. Reading and writing may go on two threads.
@SuppressWarnings("restricted")
final class TunDevice {
  /// In front of each packet: flags, kind of segments, header length, segment size, where the
  /// checksum starts, where it goes.
  static final int HEADER_BYTES = 10;

  static final int MAX_PACKET_BYTES = HEADER_BYTES + 65_535;

  private static final String DEVICE = "/dev/net/tun";
  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final long TUNSETIFF = 0x400454caL;
  private static final long TUNSETOFFLOAD = 0x400454d0L;
  private static final short IFF_TUN_NO_PI_VNET_HDR = 0x1 | 0x1000 | 0x4000;
  private static final long CHECKSUM_AND_TCP_SEGMENTS = 0x1 | 0x2 | 0x4;
  private static final int IFREQ_BYTES = 40;
  private static final int IFREQ_FLAGS = 16;
  private static final short POLLIN = 1;
  private static final long NANOS = 1_000_000_000;

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SETNS =
      handle(
          "setns",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle IOCTL_ADDRESS = ioctl(ValueLayout.ADDRESS);
  private static final MethodHandle IOCTL_LONG = ioctl(ValueLayout.JAVA_LONG);
  private static final MethodHandle READ = transfer("read");
  private static final MethodHandle WRITE = transfer("write");
  private static final MethodHandle PPOLL =
      handle(
          "ppoll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));

  private final int fd;

  private TunDevice(int fd) {
    this.fd = fd;
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
  }

  private static MethodHandle ioctl(ValueLayout argument) {
    return handle(
        "ioctl",
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, argument),
        Linker.Option.firstVariadicArg(2));
  }

  private static MethodHandle transfer(String name) {
    return handle(
        name,
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG));
  }

  private interface Native<T> {
    @SuppressWarnings("PMD.SignatureDeclareThrowsException")
    T call() throws Throwable;
  }

  private static <T> T call(Native<T> body) {
    try {
      return body.call();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a call of the C library throws nothing", e);
    }
  }

  /// Makes a device in the network namespace of a process. The calling thread, which must be a
  /// platform thread of its own, stays in that namespace.
  static TunDevice open(long pid, String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int namespace = openFile(arena, "/proc/" + pid + "/ns/net", O_CLOEXEC);
      require(call(() -> (int) SETNS.invokeExact(namespace, CLONE_NEWNET)), "setns");
      int fd = openFile(arena, DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
      MemorySegment request = arena.allocate(IFREQ_BYTES);
      MemorySegment.copy(
          MemorySegment.ofArray(name.getBytes(StandardCharsets.US_ASCII)),
          0,
          request,
          0,
          name.length());
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, IFF_TUN_NO_PI_VNET_HDR);
      require(call(() -> (int) IOCTL_ADDRESS.invokeExact(fd, TUNSETIFF, request)), "TUNSETIFF");
      require(
          call(() -> (int) IOCTL_LONG.invokeExact(fd, TUNSETOFFLOAD, CHECKSUM_AND_TCP_SEGMENTS)),
          "TUNSETOFFLOAD");
      return new TunDevice(fd);
    }
  }

  private static int openFile(Arena arena, String path, int flags) throws IOException {
    MemorySegment text = arena.allocateFrom(path);
    return require(call(() -> (int) OPEN.invokeExact(text, flags)), "open " + path);
  }

  private static int require(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + " is refused; a link with a delay needs root and " + DEVICE);
    }
    return result;
  }

  /// Reads a packet with its header.
  ///
  /// @return its length; negative if there is none now
  int read(MemorySegment target) {
    return (int) (long) call(() -> (long) READ.invokeExact(fd, target, target.byteSize()));
  }

  /// Writes a packet with its header; what the device does not take is lost, as on a wire.
  void write(MemorySegment packet) {
    long written = call(() -> (long) WRITE.invokeExact(fd, packet, packet.byteSize()));
    assert written <= packet.byteSize();
  }

  /// Waits for packets of one device; one thread.
  final class Waiting {
    private final MemorySegment poll;
    private final MemorySegment time;

    Waiting(Arena arena) {
      poll = arena.allocate(8, 8);
      poll.set(ValueLayout.JAVA_INT, 0, fd);
      poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
      time = arena.allocate(16, 8);
    }

    /// Until there is one, or so long.
    void await(long nanos) {
      time.set(ValueLayout.JAVA_LONG, 0, nanos / NANOS);
      time.set(ValueLayout.JAVA_LONG, 8, nanos % NANOS);
      int ready = call(() -> (int) PPOLL.invokeExact(poll, 1L, time, MemorySegment.NULL));
      assert ready <= 1;
    }
  }
}
