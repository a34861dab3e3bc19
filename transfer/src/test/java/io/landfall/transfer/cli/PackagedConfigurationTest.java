package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.store.seal.StoreKey;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.daemon.AgentKnobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagedConfigurationTest {
  private static final Path SHIPPED = Path.of("src/package/etc/landfall.conf");
  private static final Pattern SETTING = Pattern.compile("#([A-Z_]+) =.*");

  @TempDir private Path dir;

  @Test
  void itExplainsEverySettingOnceAndNoOther() throws Exception {
    List<String> explained =
        Files.readAllLines(SHIPPED).stream()
            .map(SETTING::matcher)
            .filter(m -> m.matches())
            .map(m -> m.group(1))
            .toList();
    assertThat(explained).containsExactlyInAnyOrderElementsOf(AgentKnobs.NAMES);
  }

  @Test
  void itIsReadAsItComes() throws Exception {
    assertThat(AgentKnobs.read(load(SHIPPED)).name()).isNotEmpty();
  }

  @Test
  void everyValueItSuggestsIsTaken() throws Exception {
    Path file = dir.resolve("landfall.conf");
    Path key = dir.resolve("store.key");
    StoreKey.create(key);
    Path vmware = Files.writeString(dir.resolve("vmware.settings"), "sound.present = \"FALSE\"\n");
    List<String> enabled =
        Files.readAllLines(SHIPPED).stream()
            .map(line -> SETTING.matcher(line).matches() ? line.substring(1) : line)
            .map(line -> line.replace("/etc/landfall/store.key", key.toString()))
            .map(line -> line.replace("/etc/landfall/vmware.settings", vmware.toString()))
            .toList();
    Files.write(file, enabled);
    assertThat(AgentKnobs.read(load(file)).name()).isEqualTo("exec1.example.org");
  }

  private static Configuration load(Path file) throws Exception {
    return Configuration.load(ConfigurationSources.here(Map.of(), Optional.of(file), Map.of()));
  }
}
