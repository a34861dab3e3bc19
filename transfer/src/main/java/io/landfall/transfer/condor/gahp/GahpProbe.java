package io.landfall.transfer.condor.gahp;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Probe;
import java.io.IOException;

/// What this host offers: the lines that the startd puts into the machine's ad.
public final class GahpProbe {
  private GahpProbe() {}

  /// Finds out by running a guest.
  ///
  /// @throws IOException if no job of that type can run here, and why: then nothing may be printed
  public static String ad(String vmType, GahpSettings settings) throws IOException {
    HypervisorDriver driver = GahpDrivers.of(vmType, settings);
    Probe probe = driver.probe();
    if (!probe.usable()) {
      throw new IOException(probe.detail());
    }
    if (settings.memoryMiB() == 0) {
      throw new IOException("VM_MEMORY is not set: no memory is offered to virtual machines");
    }
    ClassAd.Builder ad =
        ClassAd.builder()
            .set("VM_GAHP_VERSION", "0.0.1")
            .set("VM_Type", vmType)
            .set("VM_Memory", settings.memoryMiB())
            .set("VM_Networking", settings.networking());
    if (settings.networking()) {
      ad.set("VM_Networking_Types", String.join(",", settings.networkingTypes()));
    }
    if (settings.hardwareVt()) {
      ad.set("VM_HardwareVT", true);
    }
    return ad.set("LandfallHypervisor", driver.name())
        .set("LandfallAccelerator", probe.accelerator())
        .build()
        .toString();
  }

  /// Ends a machine that somebody else started; harmless if there is none.
  public static void kill(GahpMode.Kill order, GahpSettings settings) throws IOException {
    GahpDrivers.of(order.vmType(), settings).killNamed(order.match());
  }
}
