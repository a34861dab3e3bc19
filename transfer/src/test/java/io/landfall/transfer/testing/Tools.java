package io.landfall.transfer.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Programs that interop tests need. A missing one skips the test, or fails it with
/// `-Dinterop.required=true`.
public final class Tools {
  private Tools() {}

  /// Skips the calling test unless all of these are on the path.
  public static void need(String... names) {
    List<String> missing = Stream.of(names).filter(name -> !onPath(name)).toList();
    if (Boolean.getBoolean("interop.required")) {
      assertThat(missing).as("missing programs").isEmpty();
    }
    assumeTrue(missing.isEmpty(), () -> "missing programs: " + missing);
  }

  /// Runs a program that must succeed; its output.
  public static String run(String... command) throws IOException, InterruptedException {
    need(command[0]);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + output).isZero();
    return output;
  }

  /// Whether tests may mount file systems.
  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static boolean onPath(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(dir -> Files.isExecutable(Path.of(dir).resolve(name)));
  }
}
