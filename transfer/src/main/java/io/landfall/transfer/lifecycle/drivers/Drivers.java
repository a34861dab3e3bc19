package io.landfall.transfer.lifecycle.drivers;

import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import io.landfall.transfer.lifecycle.simulated.SimulatedDriver;
import java.io.IOException;

/// Hypervisor drivers by the names that configuration uses.
public final class Drivers {
  private static final System.Logger LOG = System.getLogger(Drivers.class.getName());

  private Drivers() {}

  /// The driver called `name`; `auto` is QEMU where a machine really starts with it, else the
  /// simulated one.
  ///
  /// @throws IOException if that driver does not work here; the message says why
  public static HypervisorDriver named(String name) throws IOException {
    return switch (name) {
      case "simulated" -> new SimulatedDriver();
      case "qemu" -> usable(new QemuDriver(QemuSettings.defaults()));
      case "auto" -> best();
      default ->
          throw new IOException(
              "hypervisor '" + name + "' is not known; write auto, qemu or simulated");
    };
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
