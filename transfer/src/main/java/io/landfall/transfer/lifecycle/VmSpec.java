package io.landfall.transfer.lifecycle;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Everything a driver needs to know of a VM.
///
/// @param jobId names the VM in logs and process lists; printable, at most 200 characters
/// @param workDir the VM's own directory; must exist. Its driver keeps state, console, memory and
///   logs there
/// @param memoryMiB guest memory
/// @param vcpus virtual CPUs
/// @param drives the disks; the guest boots from the first
/// @param network the network card, or none
/// @param vnc whether a display is offered on a Unix socket in `workDir`
/// @param kernel a kernel to load instead of booting from disk
/// @param bootLoader the program on the host that finds a Xen guest's kernel in its first disk
/// @param vmware what a VMware guest has besides
public record VmSpec(
    String jobId,
    Path workDir,
    int memoryMiB,
    int vcpus,
    List<VmDrive> drives,
    VmNetwork network,
    boolean vnc,
    Optional<VmKernel> kernel,
    Optional<String> bootLoader,
    Optional<VmwareGuest> vmware) {
  private static final int MAX_MEMORY_MIB = 16 << 20;
  private static final int MAX_VCPUS = 255;

  /// Room for all 26 letters on each of four buses would not fit any machine.
  private static final int MAX_DRIVES = 24;

  public VmSpec {
    workDir = workDir.toAbsolutePath();
    drives = List.copyOf(drives);
    check(jobId.matches("[ -~]{1,200}"), "job id", jobId, "1 to 200 printable characters");
    check(memoryMiB >= 1 && memoryMiB <= MAX_MEMORY_MIB, "memory", memoryMiB, "1 MiB to 16 TiB");
    check(vcpus >= 1 && vcpus <= MAX_VCPUS, "vcpus", vcpus, "1 to " + MAX_VCPUS);
    check(drives.size() <= MAX_DRIVES, "drives", drives.size(), "at most " + MAX_DRIVES);
    TreeSet<String> places = new TreeSet<>();
    drives.forEach(
        d -> check(places.add(d.bus() + " " + d.unit()), "device", d.device(), "each place once"));
  }

  /// A VM with disks and nothing else.
  public static VmSpec of(
      String jobId, Path workDir, int memoryMiB, int vcpus, List<VmDrive> drives) {
    return new VmSpec(
        jobId,
        workDir,
        memoryMiB,
        vcpus,
        drives,
        VmNetwork.none(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// The same VM with a network card.
  public VmSpec withNetwork(VmNetwork other) {
    return with(other, vnc, kernel, bootLoader, vmware);
  }

  /// The same VM with a display.
  public VmSpec withVnc() {
    return with(network, true, kernel, bootLoader, vmware);
  }

  /// The same VM, loading a kernel of its own.
  public VmSpec withKernel(VmKernel other) {
    return with(network, vnc, Optional.of(other), bootLoader, vmware);
  }

  /// The same VM, whose kernel a boot loader of the host finds in its first disk.
  public VmSpec withBootLoader(String program) {
    return with(network, vnc, kernel, Optional.of(program), vmware);
  }

  /// The same VM, made of a user's `.vmx`.
  public VmSpec withVmware(VmwareGuest guest) {
    return with(network, vnc, kernel, bootLoader, Optional.of(guest));
  }

  private VmSpec with(
      VmNetwork newNetwork,
      boolean newVnc,
      Optional<VmKernel> newKernel,
      Optional<String> newBootLoader,
      Optional<VmwareGuest> newVmware) {
    return new VmSpec(
        jobId,
        workDir,
        memoryMiB,
        vcpus,
        drives,
        newNetwork,
        newVnc,
        newKernel,
        newBootLoader,
        newVmware);
  }

  /// The guest's memory, page for page by guest-physical address. Whoever lands a saved memory
  /// straight into this file spares [HypervisorDriver#restore] the copy.
  public Path memoryFile() {
    return workDir.resolve("memory");
  }

  /// Memory as it was at the last checkpoint of the running VM.
  public Path frozenMemoryFile() {
    return workDir.resolve("memory.frozen");
  }

  /// The log of the guest's first serial port.
  public Path consoleFile() {
    return workDir.resolve("console.log");
  }

  /// Guest memory in bytes.
  public long memoryBytes() {
    return (long) memoryMiB << 20;
  }

  private static void check(boolean right, String what, Object actual, String expected) {
    if (!right) {
      throw new IllegalArgumentException("%s: %s, expected %s".formatted(what, actual, expected));
    }
  }
}
