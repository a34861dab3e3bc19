package io.landfall.transfer.lifecycle;

import java.nio.file.Path;
import java.util.Optional;

/// A kernel that the hypervisor loads itself, instead of booting from a disk.
///
/// @param kernel the kernel's file
/// @param initrd the initial RAM disk's file
/// @param root the device with the root files, said to a Xen guest apart from its parameters
/// @param commandLine the kernel's parameters
public record VmKernel(
    Path kernel, Optional<Path> initrd, Optional<String> root, String commandLine) {

  /// A kernel whose parameters say everything.
  public VmKernel(Path kernel, Optional<Path> initrd, String commandLine) {
    this(kernel, initrd, Optional.empty(), commandLine);
  }

  /// A kernel with a root device.
  public static VmKernel withRoot(
      Path kernel, Optional<Path> initrd, String root, String parameters) {
    return new VmKernel(kernel, initrd, Optional.of(root), parameters);
  }

  /// The whole command line of a kernel that finds its root device there.
  public String wholeCommandLine() {
    String device = root.map(r -> "root=" + (r.startsWith("/") ? r : "/dev/" + r)).orElse("");
    return (device + " " + commandLine).strip();
  }
}
