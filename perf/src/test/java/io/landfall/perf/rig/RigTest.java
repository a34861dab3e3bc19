package io.landfall.perf.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RigTest {
  @Test
  void aProgramThatFailsIsNamedWithWhatItSaid() throws IOException {
    try (Rig rig = Rig.open()) {
      assertThatThrownBy(() -> rig.run("sh", "-c", "echo no such thing >&2; exit 3"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("exit code 3: no such thing");
      assertThat(rig.run("echo", "yes").strip()).isEqualTo("yes");
    }
  }

  @Test
  void theReportIsToldWhatTheRigCouldNotDo() throws IOException {
    try (Rig rig = Rig.open()) {
      assertThat(rig.network())
          .containsAnyOf("own network namespace", "the machine's own loopback");
      assertThat(rig.priority()).containsAnyOf("before all others", "none");
      assertThat(rig.wireBytes()).isNotNegative();
    }
  }

  @Test
  void programsAreFoundOrNot() {
    assertThat(Programs.have("sh", "cat")).isTrue();
    assertThat(Programs.have("sh", "no-such-program-here")).isFalse();
    assertThat(Programs.version("no-such-program-here")).isEqualTo("-");
  }
}
