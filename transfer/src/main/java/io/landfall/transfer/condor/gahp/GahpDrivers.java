package io.landfall.transfer.condor.gahp;

import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.drivers.Drivers;
import java.io.IOException;

/// Which driver runs jobs of a type.
final class GahpDrivers {
  private GahpDrivers() {}

  /// @throws IOException if it does not work on this host
  static HypervisorDriver of(String vmType, GahpSettings settings) throws IOException {
    return switch (vmType) {
      case "kvm" -> Drivers.named(settings.hypervisor());
      case "xen" -> Drivers.named("libvirt-xen");
      default -> throw new IOException("no driver for vm_type = " + vmType);
    };
  }
}
