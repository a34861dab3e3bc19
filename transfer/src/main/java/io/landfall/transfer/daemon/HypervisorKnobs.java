package io.landfall.transfer.daemon;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.lifecycle.drivers.DriverSettings;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// The settings of hypervisors, by HTCondor's names.
final class HypervisorKnobs {
  static final String STATUS_INTERVAL = "VM_STATUS_INTERVAL";
  static final String NETWORKING = "VMWARE_NETWORKING_TYPE";
  static final String NAT = "VMWARE_NAT_NETWORKING_TYPE";
  static final String BRIDGE = "VMWARE_BRIDGE_NETWORKING_TYPE";
  static final String LOCAL_SETTINGS = "VMWARE_LOCAL_SETTINGS_FILE";

  private static final int MAX_INTERVAL_SECONDS = 3600;
  private static final Set<String> CONNECTIONS = Set.of("nat", "bridged", "hostonly", "custom");

  private HypervisorKnobs() {}

  static DriverSettings read(Configuration configuration) throws InvalidConfigurationException {
    VmwareSettings.Host standard = VmwareSettings.Host.STANDARD;
    boolean forAll = configuration.find(NETWORKING).isPresent();
    String all = connection(configuration, NETWORKING, standard.nat());
    return new DriverSettings(
        configuration.find(STATUS_INTERVAL).isEmpty()
            ? Optional.empty()
            : Optional.of(
                Duration.ofSeconds(
                    configuration.integer(STATUS_INTERVAL, 0, 1, MAX_INTERVAL_SECONDS))),
        new VmwareSettings.Host(
            connection(configuration, NAT, all),
            connection(configuration, BRIDGE, forAll ? all : standard.bridge()),
            localSettings(configuration)));
  }

  private static String connection(Configuration configuration, String name, String standard)
      throws InvalidConfigurationException {
    String word = configuration.text(name, standard);
    if (!CONNECTIONS.contains(word)) {
      throw Configuration.refused(
          configuration.find(name).orElseThrow(), "nat, bridged, hostonly or custom");
    }
    return word;
  }

  private static Optional<String> localSettings(Configuration configuration)
      throws InvalidConfigurationException {
    Optional<Path> file = configuration.path(LOCAL_SETTINGS);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(VmwareSettings.requireLocal(file.get(), Files.readString(file.get())));
    } catch (IOException e) {
      throw Configuration.refused(
          configuration.find(LOCAL_SETTINGS).orElseThrow(),
          "a readable file with lines of a .vmx (" + e.getMessage() + ")");
    }
  }
}
