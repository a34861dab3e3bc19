package io.landfall.transfer.net;

/// `TRANSPORT_ENCRYPTION`: what travels between hosts of a pool. Who they are is proved in any
/// case.
public enum Encryption {
  /// TLS or nothing.
  REQUIRED,
  /// TLS where the other side agrees; plain where it says `NEVER`.
  PREFERRED,
  /// Plain: both sides prove that they have the pool's key; frames are protected from accidents by
  /// CRC32C, and from nobody who can change them on the way.
  NEVER
}
