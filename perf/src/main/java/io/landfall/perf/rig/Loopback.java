package io.landfall.perf.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// All hosts in one, as fast as it goes: a loopback of our own, whose counter counts nobody else,
/// or the machine's where that is not allowed.
final class Loopback implements Network {
  private final Optional<NetworkNamespace> own;

  private Loopback(Optional<NetworkNamespace> own) {
    this.own = own;
  }

  static Loopback open() throws IOException {
    return new Loopback(NetworkNamespace.create());
  }

  @Override
  public List<String> prefix(Host host) {
    return own.map(NetworkNamespace::prefix).orElse(List.of());
  }

  @Override
  public String address(Host host) {
    return "127.0.0.1";
  }

  @Override
  public long wireBytes() throws IOException {
    long pid = own.map(NetworkNamespace::pid).orElse(ProcessHandle.current().pid());
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
  public long submitBytes() {
    return 0;
  }

  @Override
  public Optional<LinkSpec> link() {
    return Optional.empty();
  }

  @Override
  public String describe() {
    return own.map(namespace -> namespace.congestionControl() + ", own network namespace")
        .orElseGet(
            () -> NetworkNamespace.ofMachine() + ", the machine's own loopback (needs root)");
  }

  @Override
  public void close() throws IOException {
    if (own.isPresent()) {
      own.get().close();
    }
  }
}
