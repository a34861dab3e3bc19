package io.landfall.transfer.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where a configuration comes from. What stands later here wins.
///
/// @param defaults values for names that nobody sets
/// @param file the configuration file, which may name further ones
/// @param environment variables; `_CONDOR_NAME` sets `NAME`, and `_LANDFALL_NAME` beats it
/// @param settings from the command line
/// @param files where files are looked up
public record ConfigurationSources(
    Map<String, String> defaults,
    Optional<Path> file,
    Map<String, String> environment,
    Map<String, String> settings,
    FileLookup files) {

  /// Copies the maps.
  public ConfigurationSources {
    defaults = Map.copyOf(defaults);
    environment = Map.copyOf(environment);
    settings = Map.copyOf(settings);
  }

  /// A file of this machine, this process' environment, and settings from the command line.
  public static ConfigurationSources here(
      Map<String, String> defaults, Optional<Path> file, Map<String, String> settings) {
    return new ConfigurationSources(defaults, file, System.getenv(), settings, FileLookup.system());
  }
}
