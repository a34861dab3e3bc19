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
  static {
    // A bench that is interrupted closes nothing; its servers must not outlive it.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroy)));
  }

  private final Network network;
  private final Optional<CpuGroup> priority;

  private Rig(Network network, Optional<CpuGroup> priority) {
    this.network = network;
    this.priority = priority;
  }

  /// Sets up what is allowed here; all hosts are this one.
  public static Rig open() throws IOException {
    return new Rig(Loopback.open(), CpuGroup.create());
  }

  /// Two hosts with a link between them.
  ///
  /// @param link as [LinkSpec#parse] reads it; empty for a loopback
  /// @throws IOException if a link is wanted that cannot be had here
  public static Rig open(String link) throws IOException {
    return link.isEmpty() ? open() : open(LinkSpec.parse(link), 1);
  }

  /// A submit host and so many execute hosts, each with a link of its own.
  ///
  /// @throws IOException if that cannot be had here
  public static Rig open(LinkSpec link, int executeHosts) throws IOException {
    if (!link.roundTrip().isZero() && executeHosts > 1) {
      throw new IOException("links with a delay join two hosts, not " + (executeHosts + 1));
    }
    Optional<CpuGroup> priority = CpuGroup.create();
    try {
      return new Rig(
          link.roundTrip().isZero()
              ? SwitchedNetwork.open(link, executeHosts)
              : EmulatedNetwork.open(link, priority.map(CpuGroup::prefix).orElse(List.of())),
          priority);
    } catch (IOException | RuntimeException e) {
      priority.ifPresent(CpuGroup::close);
      throw e;
    }
  }

  /// The congestion control that everything ran under, and whose network it was.
  public String network() {
    return network.describe();
  }

  /// Whether the measured processes went before others.
  public String priority() {
    return priority.isPresent()
        ? "measured processes before all others"
        : "none: other work on the machine slows what is measured (needs root)";
  }

  /// Where the submit host is reached.
  public String address() {
    return network.address(Host.SUBMIT);
  }

  /// Where a host is reached.
  public String address(Host host) {
    return network.address(host);
  }

  /// A process of this command on a host; its errors go to ours unless redirected.
  public ProcessBuilder command(Host host, List<String> command) {
    List<String> whole = new ArrayList<>();
    priority.ifPresent(group -> whole.addAll(group.prefix()));
    whole.addAll(network.prefix(host));
    whole.addAll(command);
    return new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /// Runs a program on the execute host to its end.
  ///
  /// @return what it printed, on both streams
  /// @throws IOException with what it said, if it failed
  public String run(String... command) throws IOException {
    Process process = command(Host.EXECUTE, List.of(command)).redirectErrorStream(true).start();
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

  /// Starts a server on the submit host, which is ready when a client of it says so.
  public Process start(Path log, String... command) throws IOException {
    return command(Host.SUBMIT, List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /// Bytes that all hosts have sent so far.
  public long wireBytes() throws IOException {
    return network.wireBytes();
  }

  /// The part of the submit host; 0 on a loopback, where that cannot be told.
  public long submitBytes() throws IOException {
    return network.submitBytes();
  }

  /// Rate and delay of the links; empty on a loopback.
  public Optional<LinkSpec> link() {
    return network.link();
  }

  /// Processor time of what imitates the links.
  public double ownCpuSeconds() {
    return network.cpuSeconds();
  }

  /// Waits for a process to end.
  public static int exitCode(Process process) throws IOException {
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
      network.close();
    } finally {
      priority.ifPresent(CpuGroup::close);
    }
  }
}
