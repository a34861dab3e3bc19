package io.landfall.transfer.net;

import io.landfall.protocol.message.TransferMessage.ProofKey;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/// How a dialler proves itself to one address: by TLS, by a key, or not at all.
///
/// @param tls if it is used
/// @param key without TLS
record Terms(Optional<SslContext> tls, Optional<Key> key) {

  /// A key and what it is.
  static final class Key {
    private final ProofKey kind;
    private final byte[] bytes;

    Key(ProofKey kind, byte[] bytes) {
      this.kind = kind;
      this.bytes = bytes;
    }

    ProofKey kind() {
      return kind;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /// What `admission` has for that address.
  ///
  /// @throws IOException if it has nothing; the message says what would be needed
  static Terms of(Admission admission, InetSocketAddress where) throws IOException {
    boolean loopback = Admission.isLoopback(where);
    if (loopback && admission.localKeys().isPresent()) {
      Optional<byte[]> local = admission.localKeys().get().find(where.getPort());
      if (local.isPresent()) {
        return plain(new Key(ProofKey.LOCAL, local.get()));
      }
    }
    if (admission.pool().isPresent()) {
      return admission.encryption() == Encryption.NEVER
          ? withPoolKey(admission)
          : new Terms(Optional.of(admission.pool().get().client()), Optional.empty());
    }
    if (!loopback) {
      throw new IOException(
          where
              + " is another host, and this side belongs to no pool. Set LANDFALL_POOL to what"
              + " `landfall pool issue` made");
    }
    if (admission.localKeys().isPresent()) {
      throw new IOException(
          "there is no key for port "
              + where.getPort()
              + " in "
              + admission.localKeys().get()
              + " that may be read: no agent of this machine listens there, or it is not yours");
    }
    return new Terms(Optional.empty(), Optional.empty());
  }

  /// Without TLS, for a host that does not want it.
  static Terms withPoolKey(Admission admission) throws IOException {
    byte[] key =
        admission
            .pool()
            .flatMap(pool -> pool.poolKey())
            .orElseThrow(() ->
                new IOException(
                    "only hosts have the pool's key, which a peer without TLS asks for"));
    return plain(new Key(ProofKey.POOL, key));
  }

  static Terms plain(Key key) {
    return new Terms(Optional.empty(), Optional.of(key));
  }
}
