package io.landfall.transfer.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `landfall image serve` or `landfall checkpoint serve` in a process of its own, which a test may
/// kill.
public final class ServedDisk implements AutoCloseable {
  private static final String BEFORE = "serving ";
  private static final String BEHIND = "; end with Ctrl-C";

  private final Process process;
  private final String uri;

  private ServedDisk(Process process, String uri) {
    this.process = process;
    this.uri = uri;
  }

  /// Starts it; returns when it listens.
  public static ServedDisk start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    if (line == null || !line.startsWith(BEFORE) || !line.endsWith(BEHIND)) {
      process.destroyForcibly();
    }
    assertThat(line).startsWith(BEFORE).endsWith(BEHIND);
    return new ServedDisk(
        process, line.substring(BEFORE.length(), line.length() - BEHIND.length()));
  }

  /// What it says that clients shall use.
  public String uri() {
    return uri;
  }

  /// As a power cut of the process: nothing is written any more.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// As Ctrl-C.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        kill();
        throw new AssertionError("it does not end when told to");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
