package io.landfall.store.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// File systems of the tests' own: small ones to fill, and ones to cut the power of. Needs root and
/// mount; skipped without, unless `-Dinterop.required=true`.
public final class Mounts {
  /// `EXT4_IOC_SHUTDOWN`, which XFS has under the same number.
  private static final long IOC_SHUTDOWN = 0x8004587DL;

  /// Do not even flush the journal: what was not forced is gone.
  private static final int NO_LOG_FLUSH = 2;

  private Mounts() {}

  /// Skips the test, or fails it where it must run, unless `tools` are there and we are root.
  public static void require(String... tools) {
    boolean able =
        Boolean.TRUE.equals(System.getProperty("user.name").equals("root"))
            && List.of(tools).stream().allMatch(Mounts::exists);
    if (!able && Boolean.getBoolean("interop.required")) {
      throw new AssertionError("needs root and " + List.of(tools));
    }
    assumeTrue(able, "needs root and " + List.of(tools));
  }

  private static boolean exists(String tool) {
    return List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin").stream()
        .anyMatch(dir -> Files.isExecutable(Path.of(dir, tool)));
  }

  /// Runs a command that must succeed.
  public static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
  }

  /// Unmounts a file system that lies in a file, and waits until its loop device is gone: the
  /// kernel takes that away a moment later, and whoever mounts the same file meanwhile is given the
  /// dying device, all of whose reads fail.
  public static void unmountImage(Path mount, Path image) throws IOException, InterruptedException {
    run("umount", mount.toString());
    for (int i = 0; isOnLoopDevice(image); i++) {
      assertThat(i).as("the loop device of " + image + " is still there").isLessThan(1000);
      Thread.sleep(10);
    }
  }

  private static boolean isOnLoopDevice(Path image) throws IOException {
    try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path device : devices) {
        if (backingFile(device).startsWith(image.toString())) {
          return true;
        }
      }
    }
    return false;
  }

  private static String backingFile(Path device) {
    try {
      return Files.readString(device.resolve("loop/backing_file"));
    } catch (IOException e) {
      return ""; // not in use, or no longer
    }
  }

  /// Ends the file system mounted at `mount` as a power cut does.
  @SuppressWarnings("restricted")
  public static void cutPower(Path mount) {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      var open =
          linker.downcallHandle(
              linker.defaultLookup().find("open").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
              Linker.Option.firstVariadicArg(2));
      var ioctl =
          linker.downcallHandle(
              linker.defaultLookup().find("ioctl").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS),
              Linker.Option.firstVariadicArg(2));
      var close =
          linker.downcallHandle(
              linker.defaultLookup().find("close").orElseThrow(),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      int fd = (int) open.invokeExact(arena.allocateFrom(mount.toString()), 0);
      assertThat(fd).as("open " + mount).isGreaterThanOrEqualTo(0);
      MemorySegment flags = arena.allocateFrom(ValueLayout.JAVA_INT, NO_LOG_FLUSH);
      int result = (int) ioctl.invokeExact(fd, IOC_SHUTDOWN, flags);
      int closed = (int) close.invokeExact(fd);
      assertThat(result).as("shutdown ioctl on " + mount).isZero();
      assertThat(closed).isZero();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
