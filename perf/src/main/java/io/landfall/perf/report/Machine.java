package io.landfall.perf.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where figures were measured.
///
/// @param cpu the processor's name
/// @param cores processors that the JVM sees
/// @param memoryBytes of the machine
/// @param kernel name and release
/// @param fileSystem that the images were on
/// @param jdk vendor and version
/// @param jvmOptions of the measured processes
public record Machine(
    String cpu,
    int cores,
    long memoryBytes,
    String kernel,
    String fileSystem,
    String jdk,
    List<String> jvmOptions) {

  /// This machine.
  ///
  /// @param directory where the images are
  public static Machine here(Path directory, List<String> jvmOptions) throws IOException {
    return new Machine(
        field("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        totalMemory(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Files.getFileStore(directory).type(),
        System.getProperty("java.vendor") + " " + Runtime.version(),
        jvmOptions);
  }

  private static long totalMemory() {
    String kib = field("/proc/meminfo", "MemTotal").replaceAll("\\D+", "");
    return kib.isEmpty() ? 0 : Long.parseLong(kib) << 10;
  }

  private static String field(String file, String name) {
    try (var lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /// Processes that wanted a processor, on average of the last minute.
  public static double load() {
    try {
      return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
    } catch (IOException e) {
      return -1;
    }
  }
}
