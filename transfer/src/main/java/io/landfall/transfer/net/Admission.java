package io.landfall.transfer.net;

import io.landfall.transfer.pool.LocalKeys;
import io.landfall.transfer.pool.PoolCredentials;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Whom an [Endpoint] lets in and how it proves itself to others.
///
/// | between | proof |
/// |---|---|
/// | two hosts of a pool | TLS 1.3, both with certificates; or the pool's key, with `NEVER` |
/// | a user and an agent of the same machine | the key that the agent wrote to a file |
/// | a user and an agent elsewhere | TLS 1.3, both with certificates |
/// | endpoints that were opened without any of these | none, and only on the loopback address |
///
/// @param encryption between hosts
/// @param pool of this host or user
/// @param localKeys where agents of this machine keep their keys; empty for an endpoint that
///   neither asks for one nor shows one
public record Admission(
    Encryption encryption, Optional<PoolCredentials> pool, Optional<LocalKeys> localKeys) {

  /// Nothing is proved: for both ends in one program, and for tests. Loopback only.
  public static Admission unproved() {
    return new Admission(Encryption.NEVER, Optional.empty(), Optional.empty());
  }

  /// Agents and users of this machine only, by key file.
  public static Admission thisMachine() {
    return new Admission(
        Encryption.REQUIRED, Optional.empty(), Optional.of(LocalKeys.ofThisMachine()));
  }

  /// This machine by key file, and others by what `credentials` say.
  public static Admission pool(PoolCredentials credentials, Encryption encryption) {
    return new Admission(
        encryption, Optional.of(credentials), Optional.of(LocalKeys.ofThisMachine()));
  }

  void requireMayListen(InetSocketAddress where) throws IOException {
    boolean loopback = isLoopback(where);
    if (pool.isEmpty() && !loopback) {
      throw new IOException(
          "cannot listen on "
              + where.getHostString()
              + " without a pool: anybody could connect. Set LANDFALL_POOL to what `landfall pool"
              + " issue` made, or listen on 127.0.0.1");
    }
    if (pool.isPresent() && encryption != Encryption.NEVER) {
      pool.get().server();
    }
    if (pool.isPresent() && encryption == Encryption.NEVER && pool.get().poolKey().isEmpty()) {
      throw new IOException(
          pool.get().identity()
              + " has no pool-key, which TRANSPORT_ENCRYPTION = NEVER needs; use what `landfall pool"
              + " issue` makes for a host");
    }
  }

  static boolean isLoopback(InetSocketAddress where) {
    return where != null && where.getAddress() != null && where.getAddress().isLoopbackAddress();
  }
}
