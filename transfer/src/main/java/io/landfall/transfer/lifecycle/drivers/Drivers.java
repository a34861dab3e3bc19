package io.landfall.transfer.lifecycle.drivers;

import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.libvirt.LibvirtDriver;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import io.landfall.transfer.lifecycle.qemu.QemuSettings.Acceleration;
import io.landfall.transfer.lifecycle.simulated.SimulatedDriver;
import io.landfall.transfer.lifecycle.vmware.VmwareDriver;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings.Product;
import java.io.IOException;

/// Hypervisor drivers by the names that configuration uses.
public final class Drivers {
  private static final System.Logger LOG = System.getLogger(Drivers.class.getName());

  private Drivers() {}

  /// The driver called `name`; `qemu@kvm` and `qemu@auto` say what executes its guests,
  /// `libvirt@URI` names the libvirt too, `vmware@PROGRAM` the `vmrun`; `auto` is QEMU where a
  /// machine really starts with it, else the simulated one.
  ///
  /// @throws IOException if that driver does not work here; the message says why
  public static HypervisorDriver named(String name) throws IOException {
    return named(name, DriverSettings.STANDARD);
  }

  /// The same as an administrator set it.
  public static HypervisorDriver named(String name, DriverSettings settings) throws IOException {
    if (name.startsWith("libvirt")) {
      return usable(name, libvirt(name, settings));
    }
    if (name.startsWith("vmware")) {
      return usable(name, vmware(name, settings));
    }
    return switch (name) {
      case "simulated" -> new SimulatedDriver();
      case "qemu", "qemu@tcg" -> usable(name, new QemuDriver(qemu(settings)));
      case "qemu@kvm" -> usable(name, new QemuDriver(qemu(settings).with(Acceleration.KVM)));
      case "qemu@auto" -> usable(name, new QemuDriver(qemu(settings).with(Acceleration.AUTO)));
      case "auto" -> best(qemu(settings));
      default -> throw unknown(name);
    };
  }

  private static QemuSettings qemu(DriverSettings settings) {
    QemuSettings standard = QemuSettings.defaults();
    return settings.statusInterval().map(standard::withStatusInterval).orElse(standard);
  }

  private static IOException unknown(String name) {
    return new IOException(
        "hypervisor '"
            + name
            + "' is not known; write auto, qemu, qemu@kvm, qemu@auto, libvirt, libvirt-kvm,"
            + " libvirt-xen, vmware, vmware-player, vmware-fusion or simulated");
  }

  private static HypervisorDriver libvirt(String name, DriverSettings host) throws IOException {
    String[] parts = name.split("@", 2);
    LibvirtSettings settings =
        LibvirtSettings.of(
            switch (parts[0]) {
              case "libvirt" -> DomainType.QEMU;
              case "libvirt-kvm" -> DomainType.KVM;
              case "libvirt-xen" -> DomainType.XEN;
              default -> throw unknown(name);
            });
    LibvirtSettings asked =
        host.statusInterval().map(settings::withStatusInterval).orElse(settings);
    return new LibvirtDriver(parts.length == 2 ? asked.at(parts[1]) : asked);
  }

  private static HypervisorDriver vmware(String name, DriverSettings host) throws IOException {
    String[] parts = name.split("@", 2);
    VmwareSettings settings =
        VmwareSettings.of(
            switch (parts[0]) {
              case "vmware" -> Product.WS;
              case "vmware-player" -> Product.PLAYER;
              case "vmware-fusion" -> Product.FUSION;
              default -> throw unknown(name);
            });
    VmwareSettings asked =
        host.statusInterval()
            .map(settings::withStatusInterval)
            .orElse(settings)
            .withHost(host.vmware());
    return new VmwareDriver(parts.length == 2 ? asked.at(parts[1]) : asked);
  }

  private static HypervisorDriver usable(String name, HypervisorDriver driver) throws IOException {
    Probe probe = driver.probe();
    if (!probe.usable()) {
      throw new IOException(
          "hypervisor %s does not work here: %s%s"
              .formatted(
                  name,
                  probe.detail(),
                  name.equals("qemu@kvm")
                      ? "; qemu@auto would go on in software, landfall doctor says what helps"
                      : ""));
    }
    return driver;
  }

  private static HypervisorDriver best(QemuSettings settings) {
    HypervisorDriver qemu = new QemuDriver(settings);
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
