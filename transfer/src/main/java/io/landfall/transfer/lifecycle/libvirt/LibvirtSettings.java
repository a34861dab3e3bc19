package io.landfall.transfer.lifecycle.libvirt;

import java.time.Duration;
import java.util.Optional;

/// How the libvirt driver runs VMs.
///
/// @param virsh the program
/// @param uri which libvirt; empty for what `LIBVIRT_DEFAULT_URI` or libvirt's configuration says
/// @param domainType what executes guests
/// @param natNetwork the libvirt network that a guest's card is connected to, instead of the
///   hypervisor's own user-mode network; Xen has no such
/// @param statusInterval how often to ask, in case an event went unnoticed
public record LibvirtSettings(
    String virsh,
    Optional<String> uri,
    DomainType domainType,
    Optional<String> natNetwork,
    Duration statusInterval) {

  /// What executes guests.
  public enum DomainType {
    /// QEMU's software emulation.
    QEMU,
    /// The CPU, through KVM.
    KVM,
    /// Xen.
    XEN;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// Guests of one type on the libvirt that `virsh` finds by itself.
  public static LibvirtSettings of(DomainType type) {
    Optional<String> network = type == DomainType.XEN ? Optional.of("default") : Optional.empty();
    return new LibvirtSettings("virsh", Optional.empty(), type, network, Duration.ofSeconds(60));
  }

  /// The same, asking that often.
  public LibvirtSettings withStatusInterval(Duration other) {
    return new LibvirtSettings(virsh, uri, domainType, natNetwork, other);
  }

  /// The same on another libvirt.
  public LibvirtSettings at(String otherUri) {
    return new LibvirtSettings(
        virsh, Optional.of(otherUri), domainType, natNetwork, statusInterval);
  }
}
