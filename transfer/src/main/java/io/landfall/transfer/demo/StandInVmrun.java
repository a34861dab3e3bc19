package io.landfall.transfer.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// A program that stands in for VMware's `vmrun` where there is none: it behaves as that is
/// documented, and boots the disks in QEMU. What it cannot show is VMware itself, so whoever uses
/// it says so.
public final class StandInVmrun {
  /// What it needs on the path.
  public static final List<String> PROGRAMS =
      List.of("bash", "qemu-system-x86_64", "qemu-nbd", "qemu-img");

  private StandInVmrun() {}

  /// Puts it into a directory, where it also keeps what it knows of its machines.
  ///
  /// @return the program
  public static Path install(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path program = directory.resolve("vmrun");
    try (InputStream script = StandInVmrun.class.getResourceAsStream("vmrun-stand-in")) {
      Files.copy(script, program);
    }
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
