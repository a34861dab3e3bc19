package io.landfall.transfer.submit;

import io.landfall.transfer.classad.ClassAd;
import java.util.List;
import java.util.stream.Collectors;

/// What an execute host says of itself, in the words that job ads ask for.
///
/// @param name of the agent, unique in the pool
/// @param arch as HTCondor names it: `X86_64`
/// @param type the hypervisor it runs
/// @param totalMemoryMiB the machine's memory
/// @param vmMemoryMiB what of it is left for guests
/// @param availableVms how many more guests it takes
/// @param diskKib free space for landed images and overlays
/// @param networkingTypes what its guests can have; none: no networking
/// @param hardwareVt whether it runs unmodified Xen guests
/// @param fileSystemDomain hosts of one domain see the same files
/// @param guestMacs addresses of the guests it runs now
/// @param urlSchemes what its transfer plugins fetch
public record MachineAd(
    String name,
    String arch,
    VmType type,
    int totalMemoryMiB,
    int vmMemoryMiB,
    int availableVms,
    long diskKib,
    List<NetworkingType> networkingTypes,
    boolean hardwareVt,
    String fileSystemDomain,
    List<String> guestMacs,
    List<String> urlSchemes) {

  /// Copies the lists.
  public MachineAd {
    networkingTypes = List.copyOf(networkingTypes);
    guestMacs = List.copyOf(guestMacs);
    urlSchemes = List.copyOf(urlSchemes);
  }

  /// As an ad that [Matching] puts beside a job's.
  public ClassAd toClassAd() {
    ClassAd.Builder ad =
        ClassAd.builder()
            .set("MyType", "Machine")
            .set("Name", name)
            .set("Arch", arch)
            .set("HasVM", true)
            .set("VM_Type", type.word())
            .set("TotalMemory", totalMemoryMiB)
            .set("VM_Memory", vmMemoryMiB)
            .set("VM_AvailNum", availableVms)
            .set("Disk", diskKib)
            .set("TotalDisk", diskKib)
            .set("HasFileTransfer", true)
            .set("HasFileTransferPluginMethods", String.join(",", urlSchemes))
            .set("VM_Networking", !networkingTypes.isEmpty())
            .set("VM_HardwareVT", hardwareVt)
            .set("FileSystemDomain", fileSystemDomain);
    if (!networkingTypes.isEmpty()) {
      ad.set(
          "VM_Networking_Types",
          networkingTypes.stream().map(NetworkingType::word).collect(Collectors.joining(",")));
    }
    if (!guestMacs.isEmpty()) {
      ad.set("VM_All_Guest_Macs", String.join(",", guestMacs));
    }
    return ad.build();
  }
}
