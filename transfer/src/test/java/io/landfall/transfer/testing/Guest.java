package io.landfall.transfer.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A QEMU that boots from a block graph of its own and ends when its guest powers off. An I/O error
/// stops the guest, so that it never ends.
public final class Guest implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  private final Path log;

  private Guest(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Boots from the node `disk`.
  ///
  /// @param blockdevs JSON objects, one of them with that node name
  public static Guest boot(Path dir, String... blockdevs) throws IOException {
    Tools.need("qemu-system-x86_64");
    List<String> command =
        new ArrayList<>(
            List.of(
                "qemu-system-x86_64",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-machine",
                "pc",
                "-accel",
                "tcg",
                "-m",
                "32"));
    for (String blockdev : blockdevs) {
      command.addAll(List.of("-blockdev", blockdev.replace('\'', '"')));
    }
    command.addAll(List.of("-device", "virtio-blk-pci,drive=disk,rerror=stop,werror=stop"));
    Path log = dir.resolve("qemu.log");
    return new Guest(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start(),
        log);
  }

  /// A node that is an NBD export, which may go away for a while.
  public static String nbd(String node, Path socket, boolean readOnly) {
    return ("{'driver':'nbd','node-name':'%s','server':{'type':'unix','path':'%s'},"
            + "'reconnect-delay':60,'read-only':%s}")
        .formatted(node, socket, readOnly);
  }

  /// Waits until the guest has written so many steps to the raw image behind its disk.
  public void awaitSteps(Path image, int steps) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (stepsOf(image) < steps) {
      assertThat(process.isAlive()).as("QEMU ended: %s", log).isTrue();
      assertThat(Instant.now()).as("steps of the guest").isBefore(end);
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
  }

  private static int stepsOf(Path image) throws IOException {
    try (BlockDevice disk = RawFile.open(image)) {
      return WorkLog.read(disk).steps();
    }
  }

  /// Waits until it has powered off.
  public void awaitEnd() throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the guest powers off: %s", java.nio.file.Files.readString(log))
        .isTrue();
    assertThat(process.exitValue()).as(java.nio.file.Files.readString(log)).isZero();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
