package io.landfall.transfer.lifecycle.drivers;

import io.landfall.transfer.lifecycle.vmware.VmwareSettings;
import java.time.Duration;
import java.util.Optional;

/// What an administrator says of hypervisors, whichever is used.
///
/// @param statusInterval `VM_STATUS_INTERVAL`, how often a machine is asked how it is besides what
///   the hypervisor tells by itself; each driver's own if empty
/// @param vmware what only VMware is told
public record DriverSettings(Optional<Duration> statusInterval, VmwareSettings.Host vmware) {
  /// Nothing is said.
  public static final DriverSettings STANDARD =
      new DriverSettings(Optional.empty(), VmwareSettings.Host.STANDARD);
}
