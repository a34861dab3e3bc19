package io.landfall.perf.rig;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A control group whose processes go before all others: 256 times the usual weight (100 times
/// where control groups are of version 2). With it, figures of a machine that others use are mostly
/// within 15 %; without it one was four times off. Niceness does not do this: autogroup scheduling
/// takes it for an order within a session.
final class CpuGroup implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final Path directory;

  private CpuGroup(Path directory) {
    this.directory = directory;
  }

  /// Makes one; empty where that is not allowed.
  static Optional<CpuGroup> create() {
    String name = "landfall-bench-" + ProcessHandle.current().pid();
    boolean version1 = Files.isDirectory(ROOT.resolve("cpu"));
    Path directory = (version1 ? ROOT.resolve("cpu") : ROOT).resolve(name);
    try {
      Files.createDirectory(directory);
      if (version1) {
        Files.writeString(directory.resolve("cpu.shares"), "262144");
      } else {
        Files.writeString(directory.resolve("cpu.weight"), "10000");
      }
      return Optional.of(new CpuGroup(directory));
    } catch (IOException e) {
      remove(directory);
      return Optional.empty();
    }
  }

  /// What a command is prefixed with to run inside.
  List<String> prefix() {
    return List.of(
        "sh", "-c", "echo $$ >'" + directory + "/cgroup.procs' && exec \"$@\"", "landfall-bench");
  }

  @Override
  public void close() {
    remove(directory);
  }

  private static void remove(Path directory) {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      System.getLogger(CpuGroup.class.getName())
          .log(System.Logger.Level.WARNING, directory + " has processes still; it stays");
    } catch (IOException e) {
      // Busy for a moment after its last process: an empty group harms nobody.
      System.getLogger(CpuGroup.class.getName())
          .log(System.Logger.Level.DEBUG, "could not remove " + directory, e);
    }
  }
}
