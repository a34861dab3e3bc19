package io.landfall.transfer.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoMachinesIT {
  @TempDir private Path directory;

  @Test
  void theMachinesOfOneDemoAreStoppedAndNoOthers() throws Exception {
    Tools.need("qemu-system-x86_64");
    Path ours = Files.createDirectory(directory.resolve("demo"));
    Path others = Files.createDirectory(directory.resolve("demo-2"));
    Process mine = machine(ours);
    Process other = machine(others);
    try {
      DemoMachines.stoppedAtTheEnd(ours).close();
      assertThat(mine.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(other.isAlive()).isTrue();
    } finally {
      mine.destroyForcibly();
      other.destroyForcibly();
    }
  }

  private static Process machine(Path home) throws Exception {
    Path pid = home.resolve("pid");
    Process started =
        new ProcessBuilder(
                "qemu-system-x86_64", "-S", "-nodefaults", "-display", "none", "-pidfile", "" + pid)
            .redirectErrorStream(true)
            .start();
    while (started.isAlive() && !Files.exists(pid)) {
      Thread.sleep(20);
    }
    assertThat(started.isAlive()).isTrue();
    return started;
  }
}
