package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A process that starts a VM, lets it run and dies without a word, as an agent does that is
/// killed.
final class DyingAgent {
  private static final int DIED = 9;

  private DyingAgent() {}

  /// Leaves this VM running without anyone of ours.
  static void leave(VmSpec spec, Path runtimeRoot) throws IOException, InterruptedException {
    VmDrive drive = spec.drives().getFirst();
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DyingAgent.class.getName(),
                runtimeRoot.toString(),
                spec.jobId(),
                spec.workDir().toString(),
                drive.base().toString(),
                drive.overlay().orElseThrow().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(agent.waitFor()).as(said).isEqualTo(DIED);
  }

  public static void main(String[] args) throws IOException {
    QemuSettings d = QemuSettings.defaults();
    QemuDriver driver =
        new QemuDriver(
            new QemuSettings(
                d.binary(),
                d.acceleration(),
                d.machine(),
                d.cpu(),
                Path.of(args[0]),
                Duration.ofMinutes(5)));
    VmDrive drive = VmDrive.writable("vda", Path.of(args[3]), Path.of(args[4]));
    Vm vm = driver.start(VmSpec.of(args[1], Path.of(args[2]), 16, 1, List.of(drive)));
    vm.resume();
    Runtime.getRuntime().halt(DIED);
  }
}
