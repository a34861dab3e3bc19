package io.landfall.transfer.lifecycle.vmware;

import java.time.Duration;
import java.util.Locale;

/// How the VMware driver runs VMs.
///
/// @param vmrun the program
/// @param product which of VMware's products it drives
/// @param statusInterval how often to ask which VMs run
public record VmwareSettings(String vmrun, Product product, Duration statusInterval) {

  /// A hosted product, `vmrun -T`.
  public enum Product {
    /// Workstation.
    WS,
    /// Player, which has no snapshots.
    PLAYER,
    /// Fusion.
    FUSION;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A product as `vmrun` on the path finds it.
  public static VmwareSettings of(Product product) {
    return new VmwareSettings("vmrun", product, Duration.ofSeconds(2));
  }

  /// The same through another `vmrun`.
  public VmwareSettings at(String program) {
    return new VmwareSettings(program, product, statusInterval);
  }
}
