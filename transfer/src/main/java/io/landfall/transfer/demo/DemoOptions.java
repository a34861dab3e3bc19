package io.landfall.transfer.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/// What the demo makes and how long its guest works.
///
/// @param directory new or empty; everything is made in it
/// @param hypervisor `auto`, `qemu`, `libvirt` or `simulated`
/// @param imageBytes virtual size of the disk
/// @param dataBytes how much of it holds data that looks like a system disk's
/// @param seed of that data
/// @param steps of the guest's work
/// @param perStep time of each
/// @param memoryMiB guest memory
/// @param extras what the machine has besides its disk
public record DemoOptions(
    Path directory,
    String hypervisor,
    long imageBytes,
    long dataBytes,
    long seed,
    int steps,
    Duration perStep,
    int memoryMiB,
    Set<DemoExtra> extras) {
  private static final long MIB = 1 << 20;

  /// What is given cannot be changed any more.
  public DemoOptions {
    extras = Set.copyOf(extras);
  }

  /// A GiB of disk with 320 MiB of data, and ten seconds of work.
  public static DemoOptions in(Path directory, String hypervisor) {
    return new DemoOptions(
        directory, hypervisor, 1024 * MIB, 320 * MIB, 1, 100, Duration.ofMillis(100), 64, Set.of());
  }

  /// The same with more in the machine.
  public DemoOptions with(Set<DemoExtra> more) {
    return new DemoOptions(
        directory, hypervisor, imageBytes, dataBytes, seed, steps, perStep, memoryMiB, more);
  }
}
