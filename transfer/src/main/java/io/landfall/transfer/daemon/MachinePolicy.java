package io.landfall.transfer.daemon;

import io.landfall.transfer.submit.NetworkingType;
import java.util.List;
import java.util.Optional;

/// What an execute host says of itself beyond its memory and its slots.
///
/// @param arch `ARCH`, as HTCondor names it
/// @param fileSystemDomain `FILESYSTEM_DOMAIN`: hosts of one domain see the same files
/// @param networkingTypes `VM_NETWORKING_TYPE`, what guests can have; empty with `VM_NETWORKING =
///   false`
/// @param defaultNetworking `VM_NETWORKING_DEFAULT_TYPE`, for jobs that ask for a network of any
///   type
/// @param hardwareVt `VM_HARDWARE_VT`, whether it runs unmodified Xen guests
/// @param xenBootLoader `XEN_BOOTLOADER`, which finds the kernel of a Xen guest in its first disk
/// @param start `START`: an expression that must hold of a job before it is taken
public record MachinePolicy(
    String arch,
    String fileSystemDomain,
    List<NetworkingType> networkingTypes,
    NetworkingType defaultNetworking,
    boolean hardwareVt,
    String xenBootLoader,
    Optional<String> start) {

  /// What Xen brings along.
  static final String XEN_BOOT_LOADER = "pygrub";

  /// Copies the list.
  public MachinePolicy {
    networkingTypes = List.copyOf(networkingTypes);
  }

  /// A host of this architecture that offers its hypervisor's own network.
  public static MachinePolicy standard(String fileSystemDomain) {
    return new MachinePolicy(
        "X86_64",
        fileSystemDomain,
        List.of(NetworkingType.NAT),
        NetworkingType.NAT,
        false,
        XEN_BOOT_LOADER,
        Optional.empty());
  }
}
