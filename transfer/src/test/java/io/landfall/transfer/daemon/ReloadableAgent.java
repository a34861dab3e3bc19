package io.landfall.transfer.daemon;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.control.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.SimpleFormatter;

/// An agent in this process with a configuration file that a test writes anew.
final class ReloadableAgent implements AutoCloseable {
  final Agent agent;
  final Administration administration;
  final RecentLog log = new RecentLog(new SimpleFormatter());
  private final Path file;
  private final List<String> base;
  private volatile Optional<Logging> logging = Optional.empty();

  ReloadableAgent(Path directory, List<String> base)
      throws IOException, InvalidConfigurationException {
    this.file = Files.createDirectories(directory).resolve("landfall.conf");
    this.base = base;
    Files.write(file, base);
    ConfigurationSources sources =
        new ConfigurationSources(
            Map.of(), Optional.of(file), Map.of(), Map.of(), FileLookup.system());
    Configuration configuration = Configuration.load(sources);
    AgentSettings settings = AgentKnobs.read(configuration);
    this.agent = Agent.start(settings);
    this.administration =
        new Administration(
            agent,
            settings,
            configuration,
            sources,
            now -> logging = Optional.of(now),
            log,
            "test");
  }

  Path file() {
    return file;
  }

  /// What it was told last of how to log.
  Logging logging() {
    return logging.orElseThrow();
  }

  /// Reads the configuration that it was started with and these lines.
  Reply.Reloaded reload(String... more) throws IOException {
    List<String> lines = new ArrayList<>(base);
    lines.addAll(List.of(more));
    Files.write(file, lines);
    return administration.reload();
  }

  @Override
  public void close() throws IOException {
    agent.close();
  }
}
