package io.landfall.transfer.lifecycle.drivers;

import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.libvirt.LibvirtDriver;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import io.landfall.transfer.lifecycle.simulated.SimulatedDriver;
import io.landfall.transfer.lifecycle.vmware.VmwareDriver;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings.Product;
import java.io.IOException;

/// Hypervisor drivers by the names that configuration uses.
public final class Drivers {
  private static final System.Logger LOG = System.getLogger(Drivers.class.getName());

  private Drivers() {}

  /// The driver called `name`; `libvirt@URI` names the libvirt too, `vmware@PROGRAM` the `vmrun`;
  /// `auto` is QEMU where a machine really starts with it, else the simulated one.
  ///
  /// @throws IOException if that driver does not work here; the message says why
  public static HypervisorDriver named(String name) throws IOException {
    if (name.startsWith("libvirt")) {
      return usable(libvirt(name));
    }
    if (name.startsWith("vmware")) {
      return usable(vmware(name));
    }
    return switch (name) {
      case "simulated" -> new SimulatedDriver();
      case "qemu" -> usable(new QemuDriver(QemuSettings.defaults()));
      case "auto" -> best();
      default -> throw unknown(name);
    };
  }

  private static IOException unknown(String name) {
    return new IOException(
        "hypervisor '"
            + name
            + "' is not known; write auto, qemu, libvirt, libvirt-kvm, libvirt-xen, vmware,"
            + " vmware-player, vmware-fusion or simulated");
  }

  private static HypervisorDriver libvirt(String name) throws IOException {
    String[] parts = name.split("@", 2);
    LibvirtSettings settings =
        LibvirtSettings.of(
            switch (parts[0]) {
              case "libvirt" -> DomainType.QEMU;
              case "libvirt-kvm" -> DomainType.KVM;
              case "libvirt-xen" -> DomainType.XEN;
              default -> throw unknown(name);
            });
    return new LibvirtDriver(parts.length == 2 ? settings.at(parts[1]) : settings);
  }

  private static HypervisorDriver vmware(String name) throws IOException {
    String[] parts = name.split("@", 2);
    VmwareSettings settings =
        VmwareSettings.of(
            switch (parts[0]) {
              case "vmware" -> Product.WS;
              case "vmware-player" -> Product.PLAYER;
              case "vmware-fusion" -> Product.FUSION;
              default -> throw unknown(name);
            });
    return new VmwareDriver(parts.length == 2 ? settings.at(parts[1]) : settings);
  }

  private static HypervisorDriver usable(HypervisorDriver driver) throws IOException {
    Probe probe = driver.probe();
    if (!probe.usable()) {
      throw new IOException(
          "hypervisor " + driver.name() + " does not work here: " + probe.detail());
    }
    return driver;
  }

  private static HypervisorDriver best() {
    HypervisorDriver qemu = new QemuDriver(QemuSettings.defaults());
    Probe probe = qemu.probe();
    if (probe.usable()) {
      return qemu;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "no QEMU ({0}): going on with the simulated hypervisor",
        probe.detail());
    return new SimulatedDriver();
  }
}
