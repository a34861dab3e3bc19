package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.cli.Main;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Guest;
import io.landfall.transfer.testing.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A guest whose disk is served by a process that dies.
class NbdGuestIT {
  @TempDir private Path dir;

  @Test
  void aGuestSeesNoErrorWhenTheServerIsKilledAndComesBack() throws Exception {
    Tools.need("qemu-system-x86_64");
    Path image = dir.resolve("guest.img");
    DemoImage.write(image, 32 << 20, 8 << 20, 3, new WorkPlan(150, Duration.ofMillis(20)));
    Path socket = dir.resolve("nbd.sock");
    Process first = serve(image, socket);
    Process second = null;
    try (Guest guest = Guest.boot(dir, Guest.nbd("disk", socket, false))) {
      guest.awaitSteps(image, 20);
      first.destroyForcibly().waitFor();
      second = serve(image, socket);
      guest.awaitEnd();
    } finally {
      first.destroyForcibly();
      if (second != null) {
        second.destroyForcibly().waitFor();
      }
    }
    try (RawFile disk = RawFile.open(image)) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }

  /// `landfall image serve`, once it listens.
  private static Process serve(Path image, Path socket) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "image",
                    "serve",
                    "raw:" + image,
                    "--writable",
                    "--socket",
                    socket.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(
            new java.io.InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).startsWith("serving nbd+unix:///?socket=" + socket);
    return process;
  }
}
