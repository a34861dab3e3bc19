package io.landfall.transfer.demo;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the demo makes and how long its guest works.
///
/// @param directory new or empty; everything is made in it
/// @param hypervisor `auto`, `qemu`, `libvirt`, `simulated` or `vmware`
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
  private static final String VMWARE = "vmware";

  /// What is given cannot be changed any more.
  public DemoOptions {
    extras = Set.copyOf(extras);
  }

  /// A GiB of disk with 320 MiB of data, and ten seconds of work; on VMware two and a half GiB,
  /// which makes a VMDK of two files.
  public static DemoOptions in(Path directory, String hypervisor) {
    long size = hypervisor.startsWith(VMWARE) ? 2560 * MIB : 1024 * MIB;
    return new DemoOptions(
        directory, hypervisor, size, 320 * MIB, 1, 100, Duration.ofMillis(100), 64, Set.of());
  }

  boolean vmware() {
    return hypervisor.startsWith(VMWARE);
  }

  /// What this demo cannot show here, for whoever looks at it.
  public Optional<String> remark() {
    return vmware() && !hypervisor.contains("@") && !isOnPath("vmrun")
        ? Optional.of(
            "A STAND-IN for vmrun runs the job, since VMware is not here: it behaves as vmrun is"
                + " documented and boots the disks in QEMU. VMware itself is not tried.")
        : Optional.empty();
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /// The same with more in the machine.
  public DemoOptions with(Set<DemoExtra> more) {
    return new DemoOptions(
        directory, hypervisor, imageBytes, dataBytes, seed, steps, perStep, memoryMiB, more);
  }
}
