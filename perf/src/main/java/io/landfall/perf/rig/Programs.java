package io.landfall.perf.rig;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The programs that are installed here.
public final class Programs {
  private Programs() {}

  /// Whether all of them can be run.
  public static boolean have(String... names) {
    return Arrays.stream(names).allMatch(name -> find(name).isPresent());
  }

  private static Optional<Path> find(String name) {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin:/sbin";
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// The first line with a digit that a program says about its version; `-` if it says nothing.
  public static String version(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      List<String> lines = process.inputReader().readAllLines();
      return lines.stream()
          .filter(line -> line.chars().anyMatch(Character::isDigit))
          .findFirst()
          .map(String::strip)
          .orElse("-");
    } catch (IOException e) {
      return "-";
    }
  }

  /// Whether this is root's process.
  public static boolean root() {
    try {
      return isRoot();
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }
}
