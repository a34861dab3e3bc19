package io.landfall.perf.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A loopback of our own. Its byte counter counts nobody else, and its congestion control is none
/// that paces: BBR, the default of many machines, caps a loopback stream at a quarter of what cubic
/// and Reno reach, so that a benchmark under it measures the pacer.
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
  ///
  /// @param rate of its loopback, as `tc` writes it; empty for as fast as it goes
  static Optional<NetworkNamespace> create(String rate) throws IOException {
    if (!Programs.isRoot() || !Programs.have("unshare", "nsenter", "ip", "sysctl")) {
      return Optional.empty();
    }
    StringBuilder script = new StringBuilder("ip link set lo up || exit 1; ");
    for (String name : CONGESTION_CONTROLS.reversed()) {
      script.append("sysctl -qw net.ipv4.tcp_congestion_control=").append(name).append("; ");
    }
    if (!rate.isEmpty()) {
      // A packet may not wait longer than 50 ms, and segments must not be larger than the bucket.
      script.append(
          "ip link set lo gso_max_size 16384 2>/dev/null; tc qdisc add dev lo root tbf rate ");
      script.append(rate).append(" burst 256k latency 50ms || exit 1; ");
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

  String congestionControl() {
    return congestionControl;
  }

  /// What a command is prefixed with to run inside.
  List<String> prefix() {
    return List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--");
  }

  /// Bytes that have gone over the loopback so far.
  long loopbackBytes() throws IOException {
    return loopbackBytes(holder.pid());
  }

  /// The machine's congestion control.
  static String ofMachine() {
    try {
      return Files.readString(SETTING).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /// Bytes over the loopback that process `pid` sees.
  static long loopbackBytes(long pid) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/" + pid + "/net/dev"))) {
      return lines
          .map(String::strip)
          .filter(line -> line.startsWith("lo:"))
          .mapToLong(line -> Long.parseLong(line.substring(3).strip().split(" ", 2)[0]))
          .findFirst()
          .orElse(0);
    }
  }

  @Override
  public void close() throws IOException {
    holder.getOutputStream().close();
  }
}
