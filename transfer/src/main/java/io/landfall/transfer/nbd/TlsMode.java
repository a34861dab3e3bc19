package io.landfall.transfer.nbd;

/// Whether a listener speaks TLS.
public enum TlsMode {
  /// It does not: a Unix socket, or the loopback.
  NONE,
  /// Nothing is told or served before the client has come in under TLS.
  REQUIRED
}
