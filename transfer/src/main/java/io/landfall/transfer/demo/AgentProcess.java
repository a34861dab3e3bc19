package io.landfall.transfer.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// An agent in a process of its own, as on a host of its own: `landfall agent` with a directory for
/// everything it writes.
public final class AgentProcess implements AutoCloseable {
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

  /// As the launcher starts an agent.
  private static final List<String> JVM_OPTIONS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-Xmx192m",
          "-XX:MaxDirectMemorySize=288m");

  private final Path directory;
  private final Process process;
  private final InetSocketAddress address;

  private AgentProcess(Path directory, Process process, InetSocketAddress address) {
    this.directory = directory;
    this.process = process;
    this.address = address;
  }

  /// The same with a configuration file.
  public static AgentProcess start(Path directory, Path config, Map<String, String> settings)
      throws IOException, InterruptedException {
    return start(directory, List.of("--config", config.toString()), settings);
  }

  /// Starts an agent and waits until it listens. Its configuration is `landfall.conf` in its
  /// directory, empty if there is none: nothing that the host's own agent is told counts here.
  ///
  /// @param directory where its log and its address file go
  /// @param settings names and values, as for `--set`
  /// @throws IOException with the end of its log if it stops before it listens
  public static AgentProcess start(Path directory, Map<String, String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path config = directory.resolve("landfall.conf");
    if (Files.notExists(config)) {
      Files.createFile(config);
    }
    return start(directory, config, settings);
  }

  private static AgentProcess start(
      Path directory, List<String> options, Map<String, String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path addressFile = directory.resolve("address");
    Files.deleteIfExists(addressFile);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    // A package keeps its native libraries in a directory.
    command.add("-Djava.library.path=" + System.getProperty("java.library.path"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "io.landfall.transfer.cli.Main"));
    command.add("agent");
    command.addAll(options);
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    command.addAll(List.of("--set", "LANDFALL_ADDRESS_FILE=" + addressFile));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    return new AgentProcess(directory, process, awaitAddress(process, directory, addressFile));
  }

  private static InetSocketAddress awaitAddress(Process process, Path directory, Path addressFile)
      throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(START_PATIENCE);
    while (!Files.exists(addressFile)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS) || Instant.now().isAfter(deadline)) {
        process.destroyForcibly();
        throw new IOException(
            "the agent in " + directory + " did not start: " + endOf(directory.resolve("log")));
      }
    }
    String text = Files.readString(addressFile).strip();
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private static String endOf(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return address;
  }

  /// Its process, to be killed by whoever tests that.
  public Process process() {
    return process;
  }

  /// The most memory it had resident so far, in bytes; 0 where the system does not tell.
  public long peakResidentBytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  /// Asks it to stop; kills it if it does not.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return directory.getFileName() + " at " + address.getHostString() + ":" + address.getPort();
  }
}
