package io.landfall.transfer.doctor;

import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.AgentSettings.Role;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.drivers.Drivers;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import io.landfall.transfer.lifecycle.qemu.QemuSettings.Acceleration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Whether machines really run: one is started, boots, and powers off.
final class HypervisorCheck implements Check {
  private static final String INSTALL = "apt-get install qemu-system-x86";

  private final AgentSettings settings;

  HypervisorCheck(AgentSettings settings) {
    this.settings = settings;
  }

  @Override
  public String group() {
    return "hypervisors";
  }

  @Override
  public void run(Consumer<Finding> findings) {
    String configured = settings.hypervisor();
    boolean execute = settings.roles().contains(Role.EXECUTE);
    boolean qemu = configured.equals("qemu") || configured.equals("auto");
    Probe software = new QemuDriver(QemuSettings.defaults()).probe();
    findings.accept(qemu(software, execute && qemu));
    if (software.usable() && Files.isWritable(Path.of("/dev/kvm"))) {
      findings.accept(kvm());
    }
    if (execute && !qemu) {
      findings.accept(configured(configured));
    }
  }

  private static Finding qemu(Probe probe, boolean wanted) {
    if (probe.usable()) {
      return Finding.good("QEMU", "version " + probe.version() + ": " + probe.detail());
    }
    return wanted
        ? Finding.broken("QEMU", probe.detail(), "no real machine runs on this host", INSTALL)
        : Finding.good("QEMU", probe.detail() + "; not configured");
  }

  private static Finding kvm() {
    Probe probe = new QemuDriver(QemuSettings.defaults().with(Acceleration.KVM)).probe();
    return probe.usable()
        ? Finding.good("KVM", probe.detail())
        : Finding.costs(
            "KVM",
            probe.detail(),
            "guests run in software, ten times slower and more",
            "look into the kernel's log; in a machine of a cloud, ask for nested virtualisation");
  }

  private static Finding configured(String name) {
    try {
      HypervisorDriver driver = Drivers.named(name);
      return driver.name().equals("simulated")
          ? Finding.costs(
              name, "runs no guest", "jobs are only pretended", "set LANDFALL_HYPERVISOR = qemu")
          : Finding.good(name, "a guest booted and powered off");
    } catch (IOException e) {
      return Finding.broken(
          name,
          e.getMessage(),
          "an execute agent does not start",
          "mend that, or set LANDFALL_HYPERVISOR to another");
    }
  }
}
