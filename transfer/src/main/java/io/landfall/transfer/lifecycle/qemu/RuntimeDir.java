package io.landfall.transfer.lifecycle.qemu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The directory of one QEMU's sockets: short, since a Unix socket's path has 107 bytes and a job's
/// directory may be longer; of mode 0700, since whoever reaches the monitor owns the VM; with a
/// random name, which tells our process from another that was given its number later.
///
/// @param path the directory
record RuntimeDir(Path path) {
  static final String PREFIX = "landfall-";
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  /// Makes a new one.
  static RuntimeDir create(Path root) throws IOException {
    Path path =
        Files.createTempDirectory(
            root,
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    RuntimeDir dir = new RuntimeDir(path);
    int length = dir.monitor().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_SOCKET_PATH_BYTES) {
      dir.delete();
      throw new IOException(
          "%s: %d bytes, a Unix socket's path has at most %d; configure a shorter runtime directory"
              .formatted(dir.monitor(), length, MAX_SOCKET_PATH_BYTES));
    }
    return dir;
  }

  Path monitor() {
    return path.resolve("monitor");
  }

  Path state() {
    return path.resolve("state");
  }

  Path display() {
    return path.resolve("display");
  }

  Path pidFile() {
    return path.resolve("pid");
  }

  /// Removes the directory with what is in it; harmless when it is gone, or is none of ours.
  void delete() throws IOException {
    if (!path.getFileName().toString().startsWith(PREFIX)) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException gone) {
      return;
    }
    Files.deleteIfExists(path);
  }
}
