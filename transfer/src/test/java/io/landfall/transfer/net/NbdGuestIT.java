package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Guest;
import io.landfall.transfer.testing.ServedDisk;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    ServedDisk first = serve(image, socket);
    ServedDisk second = null;
    try (Guest guest = Guest.boot(dir, Guest.nbd("disk", socket, false))) {
      guest.awaitSteps(image, 20);
      first.kill();
      second = serve(image, socket);
      guest.awaitEnd();
    } finally {
      first.kill();
      if (second != null) {
        second.kill();
      }
    }
    try (RawFile disk = RawFile.open(image)) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }

  private static ServedDisk serve(Path image, Path socket) throws IOException {
    return ServedDisk.start(
        "image", "serve", "raw:" + image, "--writable", "--socket", socket.toString());
  }
}
