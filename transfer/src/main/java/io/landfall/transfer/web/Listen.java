package io.landfall.transfer.web;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/// Where to listen: an address, or a Unix socket.
public record Listen(Optional<InetSocketAddress> address, Optional<Path> socket) {
  /// What a setting may say.
  public static final String EXPECTED = "HOST:PORT, such as 127.0.0.1:9718, or unix:/PATH";

  private static final String UNIX = "unix:";

  /// Reads a setting.
  ///
  /// @return empty if it is neither, or names a host that is not known here
  public static Optional<Listen> parse(String text) {
    if (text.startsWith(UNIX + "/")) {
      return Optional.of(
          new Listen(Optional.empty(), Optional.of(Path.of(text.substring(UNIX.length())))));
    }
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    try {
      InetSocketAddress address =
          new InetSocketAddress(
              text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
      return address.isUnresolved()
          ? Optional.empty()
          : Optional.of(new Listen(Optional.of(address), Optional.empty()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Whether only this machine can reach it.
  public boolean isLocal() {
    return socket.isPresent() || address.orElseThrow().getAddress().isLoopbackAddress();
  }
}
