package io.landfall.transfer.cli;

import io.landfall.transfer.config.ConfigurationSources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The configuration of this host's agent, for the agent and for commands that look at the host.
final class HostConfiguration {
  private static final Path PACKAGED = Path.of("/etc/landfall/landfall.conf");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The agent's configuration file, in HTCondor's configuration language (default:"
              + " /etc/landfall/landfall.conf if it is there).")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting, as if it stood in the configuration; may be given several times.")
  private Map<String, String> set = Map.of();

  ConfigurationSources sources() {
    Optional<Path> file =
        Optional.ofNullable(config).or(() -> Optional.of(PACKAGED).filter(Files::exists));
    return ConfigurationSources.here(Map.of(), file, set);
  }
}
