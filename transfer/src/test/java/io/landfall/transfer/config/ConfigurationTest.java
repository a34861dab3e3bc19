package io.landfall.transfer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Settings: which source wins, what a typed getter takes, and where each value came from.
class ConfigurationTest {
  private static final String FILE = "/etc/landfall.conf";

  private static Configuration load(String text) throws InvalidConfigurationException {
    return load(new MemoryFiles().with(FILE, text), Map.of(), Map.of());
  }

  private static Configuration load(
      MemoryFiles files, Map<String, String> environment, Map<String, String> settings)
      throws InvalidConfigurationException {
    return Configuration.load(
        new ConfigurationSources(
            Map.of("SPOOL", "/var/spool", "LOCAL_DIR", "/var/lib"),
            Optional.of(Path.of(FILE)),
            environment,
            settings,
            files));
  }

  @Test
  void laterSourcesWinAndEachValueKnowsItsPlace() throws Exception {
    MemoryFiles files =
        new MemoryFiles()
            .with(
                FILE,
                """
                A = 1
                B = 1
                C = 1
                D = 1
                E = 1
                LOCAL_CONFIG_DIR = /etc/d
                LOCAL_CONFIG_FILE = /etc/local.conf
                """)
            .with("/etc/d/10-b", "B = 2")
            .with("/etc/d/20-b", "\n B = 3")
            .with("/etc/d/30-b~", "B = 4")
            .with("/etc/local.conf", "C = 2");
    Configuration c =
        load(
            files,
            Map.of("_CONDOR_D", "2", "_LANDFALL_D", "3", "_CONDOR_E", "2", "D", "9"),
            Map.of("E", "3"));
    assertThat(c.find("a")).contains(setting("a", "1", FILE + ":1:5"));
    assertThat(c.find("B")).contains(setting("B", "3", "/etc/d/20-b:2:6"));
    assertThat(c.find("C")).contains(setting("C", "2", "/etc/local.conf:1:5"));
    assertThat(c.find("D")).contains(setting("D", "3", "environment _LANDFALL_D"));
    assertThat(c.find("E")).contains(setting("E", "3", "command line"));
    assertThat(c.find("SPOOL")).contains(setting("SPOOL", "/var/spool", "default"));
    assertThat(c.all()).extracting(Configuration.Setting::name).contains("A", "SPOOL", "E");
  }

  private static Configuration.Setting setting(String name, String value, String where) {
    String[] parts = where.split(":", -1);
    Location location =
        parts.length == 1
            ? Location.outside(where)
            : new Location(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    return new Configuration.Setting(name, value, location);
  }

  @Test
  void valuesGrowAndReferToOthers() throws Exception {
    Configuration c =
        load("EXECUTE = $(LOCAL_DIR)/execute\nLIST = a, b\nLIST = $(LIST) c\nLOCAL_DIR = /mnt\n");
    assertThat(c.path("EXECUTE")).contains(Path.of("/mnt/execute"));
    assertThat(c.list("LIST")).containsExactly("a", "b", "c");
    assertThat(c.list("NONE")).isEmpty();
  }

  @Test
  void typedGettersReadAllTheirForms() throws Exception {
    Configuration c =
        load(
            """
            YES = True
            NO = 0
            N = 42
            PLAIN = 65536
            MIB = 1.5 MiB
            G = 2g
            S = 90
            H = 2h
            EMPTY =
            """);
    assertThat(c.bool("YES", false)).isTrue();
    assertThat(c.bool("NO", true)).isFalse();
    assertThat(c.bool("EMPTY", true)).isTrue();
    assertThat(c.integer("N", 1, 0, 100)).isEqualTo(42);
    assertThat(c.integer("EMPTY", 7, 0, 100)).isEqualTo(7);
    assertThat(c.bytes("PLAIN", 0)).isEqualTo(65536);
    assertThat(c.bytes("MIB", 0)).isEqualTo(3 << 19);
    assertThat(c.bytes("G", 0)).isEqualTo(2L << 30);
    assertThat(c.duration("S", Duration.ZERO)).isEqualTo(Duration.ofSeconds(90));
    assertThat(c.duration("H", Duration.ZERO)).isEqualTo(Duration.ofHours(2));
    assertThat(c.text("NONE", "standard")).isEqualTo("standard");
  }

  @Test
  void typedGettersRefuseWithFileAndLine() throws Exception {
    Configuration c = load("\nVM_MEMORY = lots\nSIZE = 12 parsecs\nFLAG = maybe\nT = 3 years\n");
    assertThatThrownBy(() -> c.integer("VM_MEMORY", 1, 1, 1 << 20))
        .hasMessage(
            FILE + ":2:13: error: VM_MEMORY must be a whole number from 1 to 1048576, not lots");
    assertThatThrownBy(() -> c.bytes("SIZE", 1)).hasMessageContaining(FILE + ":3:8");
    assertThatThrownBy(() -> c.bool("FLAG", true)).hasMessageContaining("true or false, not maybe");
    assertThatThrownBy(() -> c.duration("T", Duration.ZERO)).hasMessageContaining(FILE + ":5:5");
  }

  @Test
  void aBadFileIsRefusedWhole() {
    assertThatThrownBy(() -> load("A = 1\nB 2\nif C\n"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(FILE + ":2:1: error")
        .hasMessageContaining(FILE + ":3:1: error");
    assertThatThrownBy(() -> load(new MemoryFiles(), Map.of(), Map.of()))
        .hasMessageContaining("no such file");
  }

  @Test
  void aCycleIsRefusedWhenTheValueIsAskedFor() throws Exception {
    Configuration c = load("A = $(B)\nB = $(A)\n");
    assertThatThrownBy(() -> c.find("A")).hasMessageContaining("leads back to itself");
  }

  @Test
  void misspelledNamesAreFoundAndForeignOnesLetPass() throws Exception {
    Configuration c = load("VM_MEMROY = 3\nCOLLECTOR_HOST = x\nLANDFALL_NOVELTY = 1\nSPOOL = /s\n");
    assertThat(c.misspelled(List.of("VM_MEMORY", "SPOOL", "LOCAL_DIR")))
        .extracting(Problem::toString)
        .containsExactly(
            FILE + ":1:13: error: no setting is called VM_MEMROY (did you mean VM_MEMORY?)",
            FILE + ":3:20: error: no setting is called LANDFALL_NOVELTY");
  }
}
