package io.landfall.perf.rig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs the programs that are measured, all under the same conditions.
public final class Rig implements AutoCloseable {
  private final Optional<NetworkNamespace> network;
  private final String rate;
  private final Optional<CpuGroup> priority;

  private Rig(Optional<NetworkNamespace> network, Optional<CpuGroup> priority, String rate) {
    this.network = network;
    this.priority = priority;
    this.rate = rate;
  }

  /// Sets up what is allowed here.
  public static Rig open() throws IOException {
    return open("");
  }

  /// The same, with a network of that rate.
  ///
  /// @param rate as `tc` writes it, such as `1gbit`; empty for as fast as it goes
  /// @throws IOException if a rate is given and cannot be kept to here
  public static Rig open(String rate) throws IOException {
    Optional<NetworkNamespace> network = NetworkNamespace.create(rate);
    if (!rate.isEmpty() && network.isEmpty()) {
      throw new IOException(
          "a link of " + rate + " needs root, unshare, nsenter, ip, sysctl and tc");
    }
    return new Rig(network, CpuGroup.create(), rate);
  }

  /// The congestion control that everything ran under, and whose network it was.
  public String network() {
    return network
        .map(own ->
            own.congestionControl()
                + ", own network namespace"
                + (rate.isEmpty() ? "" : ", " + rate))
        .orElseGet(
            () -> NetworkNamespace.ofMachine() + ", the machine's own loopback (needs root)");
  }

  /// Whether the measured processes went before others.
  public String priority() {
    return priority.isPresent()
        ? "measured processes before all others"
        : "none: other work on the machine slows what is measured (needs root)";
  }

  /// A process of this command; its errors go to ours unless redirected.
  public ProcessBuilder command(List<String> command) {
    List<String> whole = new ArrayList<>();
    priority.ifPresent(group -> whole.addAll(group.prefix()));
    network.ifPresent(own -> whole.addAll(own.prefix()));
    whole.addAll(command);
    return new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /// Runs a program to its end.
  ///
  /// @return what it printed, on both streams
  /// @throws IOException with what it said, if it failed
  public String run(String... command) throws IOException {
    Process process = command(List.of(command)).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said;
    try (InputStream output = process.getInputStream()) {
      said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
    int code = exitCode(process);
    if (code != 0) {
      throw new IOException(
          String.join(" ", command) + ": exit code " + code + ": " + said.strip());
    }
    return said;
  }

  /// Starts a server whose first line of output says that it is ready, or that listens on a port.
  public Process start(Path log, String... command) throws IOException {
    return command(List.of(command)).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /// Bytes over the loopback so far.
  public long loopbackBytes() throws IOException {
    return network.isPresent()
        ? network.get().loopbackBytes()
        : NetworkNamespace.loopbackBytes(ProcessHandle.current().pid());
  }

  static int exitCode(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while waiting for a program");
    }
  }

  /// Ends a process that was started here, and waits for it.
  public static void stop(Process process) throws IOException {
    process.destroy();
    exitCode(process);
  }

  @Override
  public void close() throws IOException {
    try {
      if (network.isPresent()) {
        network.get().close();
      }
    } finally {
      priority.ifPresent(CpuGroup::close);
    }
  }
}
