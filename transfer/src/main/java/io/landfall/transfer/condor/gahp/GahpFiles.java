package io.landfall.transfer.condor.gahp;

import io.landfall.transfer.lifecycle.OverlayFormat;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The names of what is put into a job's scratch directory.
///
/// @param scratch the job's directory
record GahpFiles(Path scratch) {
  private static final String PREFIX = "landfall-vm.";
  private static final String WORK = ".landfall-vm";

  /// The driver's own directory; HTCondor carries nothing that is below the top level.
  Path work() {
    return scratch.resolve(WORK);
  }

  /// What the guest wrote to a disk.
  Path overlay(String device, OverlayFormat format) {
    return scratch.resolve(PREFIX + device + "." + format.suffix());
  }

  /// A checkpoint's memory.
  Path memory() {
    return scratch.resolve(PREFIX + "memory");
  }

  /// A checkpoint's device state.
  Path devices() {
    return scratch.resolve(PREFIX + "devices");
  }

  /// A checkpoint's description, by which it is one.
  Path description() {
    return scratch.resolve(PREFIX + "json");
  }

  /// Removes every file that is ours from the top level.
  void deleteOurs() throws IOException {
    Files.deleteIfExists(description());
    delete(PREFIX + "*");
  }

  /// Removes the driver's directory.
  void deleteWork() throws IOException {
    if (Files.isDirectory(work())) {
      for (Path file : list(work(), "*")) {
        Files.deleteIfExists(file);
      }
      Files.delete(work());
    }
  }

  /// Removes the job's files, so that nothing is sent back. HTCondor's own begin with a dot or an
  /// underscore, or are programs.
  void deleteJobs() throws IOException {
    for (Path file : list(scratch, "*")) {
      String name = file.getFileName().toString();
      boolean condors = name.startsWith(".") || name.startsWith("_") || name.startsWith("condor_");
      if (!condors && Files.isRegularFile(file)) {
        Files.delete(file);
      }
    }
  }

  private void delete(String glob) throws IOException {
    for (Path file : list(scratch, glob)) {
      Files.deleteIfExists(file);
    }
  }

  private static List<Path> list(Path directory, String glob) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, glob)) {
      found.forEach(files::add);
    }
    return files;
  }
}
