package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.EndReason;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What QEMU's words mean for the job. The exit code of its process means nothing: it is 0 after a
/// clean shutdown, a guest's panic, a reboot and a signal alike.
final class GuestEnd {
  private static final JsonMapper JSON = new JsonMapper();

  private GuestEnd() {}

  /// Why a VM ended, by a SHUTDOWN event.
  ///
  /// A new reason of the guest's is no clean shutdown; one of the host's is nothing that we did.
  static EndReason ofShutdown(JsonNode data) {
    return switch (data.path("reason").asString("")) {
      case "guest-shutdown" -> EndReason.COMPLETED;
      case "guest-reset" -> EndReason.REBOOTED;
      case "guest-panic" -> EndReason.CRASHED;
      default -> data.path("guest").asBoolean(false) ? EndReason.CRASHED : EndReason.LOST;
    };
  }

  /// Whether a run state is one from which the guest does not come back.
  static Optional<EndReason> ofStatus(String status) {
    return switch (status) {
      case "guest-panicked", "internal-error", "watchdog" -> Optional.of(EndReason.CRASHED);
      default -> Optional.empty();
    };
  }

  /// The last end that a monitor's log tells of: what happened while nobody listened.
  static Optional<EndReason> inLog(Path monitorLog) throws IOException {
    Optional<EndReason> last = Optional.empty();
    try (BufferedReader lines = Files.newBufferedReader(monitorLog, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains("\"SHUTDOWN\"")) {
          last = shutdownIn(line).isPresent() ? shutdownIn(line) : last;
        }
      }
    }
    return last;
  }

  private static Optional<EndReason> shutdownIn(String line) {
    try {
      JsonNode message = JSON.readTree(line);
      return "SHUTDOWN".equals(message.path("event").asString(""))
          ? Optional.of(ofShutdown(message.path("data")))
          : Optional.empty();
    } catch (JacksonException torn) {
      return Optional.empty();
    }
  }
}
