package io.landfall.transfer.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file system that a directory lies on, asked through the directory: in a chroot or a
/// container its mount may not be listed, and then only its type stays unknown.
///
/// @param directory on it
/// @param type such as ext4
/// @param device number of the device, the same for all of the file system
record FileSystem(Path directory, String type, long device) {

  static FileSystem of(Path directory) throws IOException {
    return new FileSystem(
        directory,
        type(directory),
        ((Number) Files.getAttribute(directory, "unix:dev")).longValue());
  }

  private static String type(Path directory) {
    try {
      return Files.getFileStore(directory).type();
    } catch (IOException notListed) {
      return "this file system";
    }
  }

  long freeBytes() {
    return directory.toFile().getUsableSpace();
  }

  long totalBytes() {
    return directory.toFile().getTotalSpace();
  }
}
