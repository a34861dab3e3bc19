package io.landfall.protocol.nbd;

/// The header of one request: 28 bytes on the wire.
///
/// ```
///  0  4  25609513, magic
///  4  2  command flags
///  6  2  command
///  8  8  cookie, the client's name for the request
/// 16  8  offset
/// 24  4  length; WRITE has so many bytes behind the header
/// ```
///
/// @param flags bits of [NbdFlags], and maybe others
/// @param offset bytes; as the client sent it, so perhaps negative
/// @param length bytes, 0 to 2^32 - 1
public record NbdRequest(int flags, NbdCommand command, long cookie, long offset, long length) {
  /// Bytes on the wire.
  public static final int SIZE_BYTES = 28;

  /// Most bytes that a READ may ask for and a WRITE may bring: what QEMU sends at most.
  public static final int MAX_PAYLOAD_BYTES = 32 << 20;

  /// Whether a flag is set.
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// Whether bytes follow the header.
  public boolean bringsPayload() {
    return command == NbdCommand.WRITE && length > 0;
  }

  /// Whether it moves more than [#MAX_PAYLOAD_BYTES].
  public boolean oversized() {
    return (command == NbdCommand.WRITE || command == NbdCommand.READ)
        && length > MAX_PAYLOAD_BYTES;
  }

  /// Bytes that must be held for it until it is answered.
  public int payloadBytes() {
    return (command == NbdCommand.WRITE || command == NbdCommand.READ) && !oversized()
        ? (int) length
        : 0;
  }
}
