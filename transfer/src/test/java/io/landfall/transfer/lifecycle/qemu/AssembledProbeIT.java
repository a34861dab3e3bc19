package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The binary in the resources is the assembled source.
class AssembledProbeIT {

  @Test
  void theResourceIsWhatTheSourceAssemblesTo(@TempDir Path dir) throws Exception {
    Path binary = dir.resolve("cpuprobe.bin");
    Tools.run("nasm", "-f", "bin", "-w+all", "-o", binary.toString(), "src/main/asm/cpuprobe.asm");
    assertThat(Files.readAllBytes(binary)).isEqualTo(AcceleratorChoice.bootSector());
  }
}
