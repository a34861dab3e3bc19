package io.landfall.transfer.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.doctor.Finding.Level;
import io.landfall.transfer.testing.Pool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The doctor of a submit host beside a real execute agent.
class DoctorIT {
  @TempDir private Path dir;

  @Test
  void anExecuteHostIsDialledAskedForItsClockAndSentSomething() throws Exception {
    try (Pool pool = new Pool(dir, "simulated")) {
      pool.startExecute("one");
      String name = pool.address("one");
      Map<String, String> set =
          Map.of(
              "LANDFALL_ROLES", "SUBMIT", "LANDFALL_EXECUTE_HOSTS", name, "SPOOL", dir.toString());
      Diagnosis diagnosis =
          Doctor.examine(ConfigurationSources.here(Map.of(), Optional.empty(), set));

      List<Finding> network =
          diagnosis.groups().stream()
              .filter(group -> group.name().equals("network"))
              .findFirst()
              .orElseThrow()
              .findings();
      assertThat(network)
          .extracting(Finding::subject)
          .containsExactly(name, name + " clock", name + " rate");
      assertThat(network).extracting(Finding::level).containsOnly(Level.GOOD);
      assertThat(network.getLast().found()).containsPattern("at least [1-9]\\d* MB/s");
    }
  }
}
