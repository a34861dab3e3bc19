package io.landfall.transfer.condor.gahp;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.InvalidConfigurationException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What HTCondor's configuration says about virtual machines on this host.
///
/// @param memoryMiB `VM_MEMORY`: for all machines together; 0 where nothing is offered
/// @param networking `VM_NETWORKING`
/// @param networkingTypes `VM_NETWORKING_TYPE`, without `bridge` where there is none
/// @param defaultNetworkingType `VM_NETWORKING_DEFAULT_TYPE`
/// @param bridge `VM_NETWORKING_BRIDGE_INTERFACE`
/// @param hardwareVt `VM_HARDWARE_VT`
/// @param bootLoader `XEN_BOOTLOADER`
/// @param hypervisor `LANDFALL_HYPERVISOR`: what runs jobs of `vm_type = kvm`
public record GahpSettings(
    int memoryMiB,
    boolean networking,
    List<String> networkingTypes,
    String defaultNetworkingType,
    Optional<String> bridge,
    boolean hardwareVt,
    Optional<String> bootLoader,
    String hypervisor) {
  static final String BRIDGE = "bridge";
  static final String NAT = "nat";

  public GahpSettings {
    networkingTypes = List.copyOf(networkingTypes);
  }

  /// Reads the settings that matter here; all others are HTCondor's own.
  public static GahpSettings read(Configuration configuration)
      throws InvalidConfigurationException {
    Optional<String> bridge =
        configuration.find("VM_NETWORKING_BRIDGE_INTERFACE").map(Configuration.Setting::value);
    List<String> types =
        configuration.list("VM_NETWORKING_TYPE").stream()
            .map(type -> type.toLowerCase(Locale.ROOT))
            .filter(type -> bridge.isPresent() || !type.equals(BRIDGE))
            .toList();
    return new GahpSettings(
        (int) configuration.integer("VM_MEMORY", 0, 0, Integer.MAX_VALUE),
        configuration.bool("VM_NETWORKING", false) && !types.isEmpty(),
        types,
        configuration.text("VM_NETWORKING_DEFAULT_TYPE", NAT).toLowerCase(Locale.ROOT),
        bridge,
        configuration.bool("VM_HARDWARE_VT", false),
        configuration.find("XEN_BOOTLOADER").map(Configuration.Setting::value),
        configuration.text("LANDFALL_HYPERVISOR", "qemu"));
  }
}
