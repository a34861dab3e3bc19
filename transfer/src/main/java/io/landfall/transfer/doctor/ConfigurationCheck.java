package io.landfall.transfer.doctor;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.Problem;
import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.AgentSettings.Role;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// Whether an agent would start with this configuration, and what in it is not meant.
final class ConfigurationCheck implements Check {
  static final String GROUP = "configuration";

  private final Optional<Path> file;
  private final Configuration configuration;
  private final AgentSettings settings;

  ConfigurationCheck(Optional<Path> file, Configuration configuration, AgentSettings settings) {
    this.file = file;
    this.configuration = configuration;
    this.settings = settings;
  }

  @Override
  public String group() {
    return GROUP;
  }

  @Override
  public void run(Consumer<Finding> findings) throws Exception {
    findings.accept(
        Finding.good(
            "settings",
            file.map(f -> f + " is valid").orElse("no file; defaults and the environment")
                + "; roles "
                + settings.roles()
                + ", name "
                + settings.name()));
    for (Problem warning : configuration.warnings()) {
      findings.accept(
          Finding.costs(
              "warning", warning.toString(), "perhaps it does not mean that", "see there"));
    }
    boolean alone =
        settings.listen().getAddress() != null
            && settings.listen().getAddress().isLoopbackAddress();
    if (alone) {
      findings.accept(
          Finding.costs(
              "listening",
              "on the loopback address only",
              "no other host reaches an agent here",
              "set NETWORK_INTERFACE and LANDFALL_POOL"));
    }
    if (settings.roles().contains(Role.SUBMIT) && settings.executeHosts().isEmpty()) {
      findings.accept(
          Finding.broken(
              "execute hosts",
              "LANDFALL_EXECUTE_HOSTS is not set",
              "jobs wait for ever",
              "set it to HOST, or HOST:PORT, with commas between"));
    }
  }
}
