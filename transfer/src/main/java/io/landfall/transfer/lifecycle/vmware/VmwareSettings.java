package io.landfall.transfer.lifecycle.vmware;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// How the VMware driver runs VMs.
///
/// @param vmrun the program
/// @param product which of VMware's products it drives
/// @param statusInterval how often to ask which VMs run
/// @param host what an administrator says besides
public record VmwareSettings(String vmrun, Product product, Duration statusInterval, Host host) {

  /// What an administrator says of VMware on this host.
  ///
  /// @param nat what `nat` is for it: `VMWARE_NAT_NETWORKING_TYPE`
  /// @param bridge what `bridge` is for it: `VMWARE_BRIDGE_NETWORKING_TYPE`
  /// @param localSettings lines that every `.vmx` ends with: `VMWARE_LOCAL_SETTINGS_FILE`
  public record Host(String nat, String bridge, Optional<String> localSettings) {
    /// VMware's own words.
    public static final Host STANDARD = new Host("nat", "bridged", Optional.empty());
  }

  /// A product whose host's administrator says nothing.
  public VmwareSettings(String vmrun, Product product, Duration statusInterval) {
    this(vmrun, product, statusInterval, Host.STANDARD);
  }

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

  /// Sees that a text can stand in a `.vmx`.
  ///
  /// @return the text
  public static String requireLocal(Path file, String text) throws IOException {
    return VmxFile.parse(file.toString(), text).toString();
  }

  /// A product as `vmrun` on the path finds it.
  public static VmwareSettings of(Product product) {
    return new VmwareSettings("vmrun", product, Duration.ofSeconds(2));
  }

  /// The same through another `vmrun`.
  public VmwareSettings at(String program) {
    return new VmwareSettings(program, product, statusInterval, host);
  }

  /// The same, asking that often.
  public VmwareSettings withStatusInterval(Duration other) {
    return new VmwareSettings(vmrun, product, other, host);
  }

  /// The same with what an administrator says.
  public VmwareSettings withHost(Host other) {
    return new VmwareSettings(vmrun, product, statusInterval, other);
  }
}
