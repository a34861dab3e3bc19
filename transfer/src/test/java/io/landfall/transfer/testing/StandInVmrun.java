package io.landfall.transfer.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// A program that stands in for VMware's `vmrun`; see `vmrun-stand-in` among the resources.
public final class StandInVmrun {
  private StandInVmrun() {}

  /// Puts it into a directory, where it also keeps what it knows of its VMs. Skips the test unless
  /// QEMU is here.
  public static Path in(Path directory) throws IOException {
    Tools.need("bash", "qemu-system-x86_64", "qemu-nbd", "qemu-img");
    Files.createDirectories(directory);
    Path program = directory.resolve("vmrun");
    try (InputStream script = StandInVmrun.class.getResourceAsStream("/vmrun-stand-in")) {
      Files.copy(script, program);
    }
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
