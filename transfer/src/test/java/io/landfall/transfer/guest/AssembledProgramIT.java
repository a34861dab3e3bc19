package io.landfall.transfer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The binary in the resources is the assembled source.
class AssembledProgramIT {

  @Test
  void theResourceIsWhatTheSourceAssemblesTo(@TempDir Path dir) throws Exception {
    Path binary = dir.resolve("workprogram.bin");
    Tools.run(
        "nasm", "-f", "bin", "-w+all", "-o", binary.toString(), "src/main/asm/workprogram.asm");
    assertThat(Files.readAllBytes(binary)).isEqualTo(WorkProgram.assembled());
  }
}
