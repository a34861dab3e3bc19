package io.landfall.transfer.testing;

import io.landfall.transfer.demo.StandInVmrun;
import java.io.IOException;
import java.nio.file.Path;

/// The stand-in for VMware's `vmrun` in a test.
public final class TestVmrun {
  private TestVmrun() {}

  /// Puts it into a directory. Skips the test unless QEMU is here.
  public static Path in(Path directory) throws IOException {
    Tools.need(StandInVmrun.PROGRAMS.toArray(String[]::new));
    return StandInVmrun.install(directory);
  }
}
