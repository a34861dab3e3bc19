package io.landfall.perf.rig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A network stack of our own. Its congestion control is none that paces: BBR, the default of many
/// machines, caps a loopback stream at a quarter of what cubic and Reno reach, so that a benchmark
/// under it measures the pacer.
///
/// A process holds it open; when that ends, by whatever way this one ends, it is gone.
final class NetworkNamespace implements AutoCloseable {
  private static final List<String> CONGESTION_CONTROLS = List.of("cubic", "reno");
  private static final Path SETTING = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");

  private final Process holder;
  private final String congestionControl;

  private NetworkNamespace(Process holder, String congestionControl) {
    this.holder = holder;
    this.congestionControl = congestionControl;
  }

  /// Makes one; empty where that is not allowed, or the tools for it are missing.
  static Optional<NetworkNamespace> create() throws IOException {
    if (!Programs.isRoot() || !Programs.have("unshare", "nsenter", "ip", "sysctl")) {
      return Optional.empty();
    }
    StringBuilder script = new StringBuilder("ip link set lo up || exit 1; ");
    for (String name : CONGESTION_CONTROLS.reversed()) {
      script.append("sysctl -qw net.ipv4.tcp_congestion_control=").append(name).append("; ");
    }
    script.append("cat ").append(SETTING).append("; read end");
    Process holder =
        new ProcessBuilder("unshare", "--net", "sh", "-c", script.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String name = holder.inputReader().readLine();
    if (name == null) {
      holder.destroy();
      return Optional.empty();
    }
    return Optional.of(new NetworkNamespace(holder, name));
  }

  /// Makes one for a link, which cannot be had without.
  static NetworkNamespace require(String what) throws IOException {
    return create()
        .orElseThrow(
            () -> new IOException(what + " needs root, and unshare, nsenter, ip, sysctl and tc"));
  }

  String congestionControl() {
    return congestionControl;
  }

  /// The process that holds it.
  long pid() {
    return holder.pid();
  }

  /// What a command is prefixed with to run inside.
  List<String> prefix() {
    return List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--");
  }

  /// Runs a script inside.
  ///
  /// @return what it printed
  /// @throws IOException with that, if it failed
  String run(String script) throws IOException {
    List<String> command = new ArrayList<>(prefix());
    command.addAll(List.of("sh", "-c", script));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said;
    try (InputStream output = process.getInputStream()) {
      said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (Rig.exitCode(process) != 0) {
      throw new IOException("setting up a network: " + script + ": " + said.strip());
    }
    return said;
  }

  /// The machine's congestion control.
  static String ofMachine() {
    try {
      return Files.readString(SETTING).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  @Override
  public void close() throws IOException {
    holder.getOutputStream().close();
  }

  /// Closes all of them, whatever fails.
  static void closeAll(List<NetworkNamespace> namespaces) throws IOException {
    IOException failure = null;
    for (NetworkNamespace each : namespaces) {
      try {
        each.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
