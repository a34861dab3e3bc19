package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.demo.AgentProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A running agent whose configuration changes.
class ReloadIT {
  @TempDir private Path dir;

  @Test
  @Timeout(120)
  void limitsChangeWhileItRunsAndWhatIsWrongChangesNothing() throws Exception {
    Path file = dir.resolve("landfall.conf");
    Files.writeString(file, "VM_MAX_NUMBER = 3\nLANDFALL_LOG_FORMAT = json\n");
    Map<String, String> set = new LinkedHashMap<>();
    set.put("LANDFALL_HYPERVISOR", "simulated");
    set.put("LANDFALL_NAME", "here");
    set.put("LANDFALL_PORT", "0");
    set.put("EXECUTE", dir.resolve("execute").toString());
    set.put("SPOOL", dir.resolve("spool").toString());
    try (AgentProcess agent = AgentProcess.start(dir, file, set);
        AgentLink link = AgentLink.to(agent.address())) {
      assertThat(link.call(new Request.Describe()).slots()).isEqualTo(3);

      Files.writeString(file, "VM_MAX_NUMBER = 5\nLANDFALL_LOG_FORMAT = json\n");
      Reply.Reloaded reloaded = link.call(new Request.Reload());
      assertThat(reloaded.changed()).containsExactly(Map.entry("VM_MAX_NUMBER", "5"));
      assertThat(link.call(new Request.Describe()).slots()).isEqualTo(5);

      Files.writeString(file, "VM_MAX_NUMBER = 7\n\nMAX_CONCURRENT_UPLOADS = many\n");
      assertThatThrownBy(() -> link.call(new Request.Reload()))
          .hasMessageContaining(file + ":3:")
          .hasMessageContaining("MAX_CONCURRENT_UPLOADS");
      assertThat(link.call(new Request.Describe()).slots()).isEqualTo(5);

      Files.writeString(
          file, "VM_MAX_NUMBER = 8\nLANDFALL_LOG_FORMAT = json\nTRANSPORT_ENCRYPTION = NEVER\n");
      assertThat(link.call(new Request.Reload()).needRestart())
          .containsExactly("TRANSPORT_ENCRYPTION");
      assertThat(link.call(new Request.Inspect()).settings())
          .containsEntry("VM_MAX_NUMBER", "8")
          .doesNotContainKey("TRANSPORT_ENCRYPTION");

      Files.writeString(file, "VM_MAX_NUMBER = 9\nLANDFALL_LOG_FORMAT = json\n");
      hangUp(agent);
      while (link.call(new Request.Describe()).slots() != 9) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      Reply.Inspection inspection = link.call(new Request.Inspect());
      assertThat(inspection.threads()).contains("main");
      assertThat(inspection.figures()).containsKeys("checkpoints", "heap bytes");
      assertThat(inspection.log()).contains("configuration read again");
      assertThat(Files.readString(dir.resolve("log")))
          .contains("\"host\":\"here\",\"room\":\"transfer.daemon\"");
    }
  }

  private static void hangUp(AgentProcess agent) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-HUP", Long.toString(agent.process().pid()))
                .start()
                .waitFor())
        .isZero();
  }
}
