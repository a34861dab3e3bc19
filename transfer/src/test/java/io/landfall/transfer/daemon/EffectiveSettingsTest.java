package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.Configuration.Setting;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.daemon.EffectiveSettings.Knob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveSettingsTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"START = true", "VM_NETWORKING_BRIDGE_INTERFACE = br0"})
  void whatIsToldOfADefaultMeansTheSameWhenItIsSet(String line) throws Exception {
    Configuration without = load(line, Map.of(), Map.of());
    Map<String, String> defaults =
        EffectiveSettings.of(without).stream()
            .filter(knob -> knob.isDefault() && !knob.value().isEmpty())
            .collect(Collectors.toMap(Knob::name, Knob::value));
    assertThat(defaults).hasSizeGreaterThan(20);
    Configuration with = load(line, Map.of(), defaults);
    assertThat(AgentKnobs.read(with))
        .usingRecursiveComparison()
        .ignoringFields("store.files") // the way to the disk, anew each time
        .isEqualTo(AgentKnobs.read(without));
    assertThat(Logging.read(with)).isEqualTo(Logging.read(without));
  }

  @Test
  void everySettingIsThereInItsOrderAndADefaultWithoutAValueSaysWhatItMeans() throws Exception {
    List<Knob> knobs = EffectiveSettings.of(load("", Map.of(), Map.of()));
    assertThat(knobs).extracting(Knob::name).containsExactlyElementsOf(AgentKnobs.NAMES);
    assertThat(knobs)
        .allSatisfy(knob -> {
          assertThat(knob.isDefault()).isTrue();
          assertThat(knob.value() + knob.note()).as(knob.name()).isNotEmpty();
          assertThat(knob.live()).isEqualTo(Administration.LIVE.contains(knob.name()));
        });
  }

  @Test
  void eachValueNamesWhereItIsFromAndTheLastWins() throws Exception {
    Configuration configuration =
        load(
            "HERE = /srv\nSPOOL = $(HERE)/spool\nVM_MEMORY = 10\nVM_MAX_NUMBER = 1",
            Map.of("_LANDFALL_VM_MEMORY", "20", "_CONDOR_ARCH", "ARM64"),
            Map.of("VM_MAX_NUMBER", "2"));
    String file = directory.resolve("landfall.conf").toString();
    assertThat(knob(configuration, "SPOOL"))
        .isEqualTo(new Knob("SPOOL", "/srv/spool", file + ":2:9", "", false));
    assertThat(knob(configuration, "VM_MEMORY"))
        .isEqualTo(new Knob("VM_MEMORY", "20", "environment _LANDFALL_VM_MEMORY", "", true));
    assertThat(knob(configuration, "ARCH").where()).isEqualTo("environment _CONDOR_ARCH");
    assertThat(knob(configuration, "VM_MAX_NUMBER"))
        .isEqualTo(new Knob("VM_MAX_NUMBER", "2", "command line", "", true));
    assertThat(EffectiveSettings.others(configuration))
        .extracting(Setting::name)
        .containsExactly("HERE");
  }

  private static Knob knob(Configuration configuration, String name) throws Exception {
    return EffectiveSettings.of(configuration).stream()
        .filter(knob -> knob.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Configuration load(String text, Map<String, String> environment, Map<String, String> set)
      throws Exception {
    Path file = Files.writeString(directory.resolve("landfall.conf"), text + "\n");
    return Configuration.load(
        new ConfigurationSources(
            Map.of(), Optional.of(file), environment, set, FileLookup.system()));
  }
}
