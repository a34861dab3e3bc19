package io.landfall.protocol.message;

import java.nio.ByteBuffer;

/// 32 bytes that only mean something to whoever has the key: a nonce, or a proof (HMAC-SHA-256). A
/// record of words and not of an array, because an array's `equals` compares references.
///
/// @param w0 bytes 0 to 7, big-endian; `w1`, `w2` and `w3` follow
public record Token(long w0, long w1, long w2, long w3) {
  /// Bytes on the wire.
  public static final int SIZE_BYTES = 32;

  /// What stands where there is no token.
  public static final Token NONE = new Token(0, 0, 0, 0);

  /// The token with these 32 bytes.
  public static Token of(byte[] bytes) {
    if (bytes.length != SIZE_BYTES) {
      throw new IllegalArgumentException(bytes.length + " bytes of token, expected 32");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Token(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  /// The 32 bytes, in a new array.
  public byte[] toBytes() {
    return ByteBuffer.allocate(SIZE_BYTES).putLong(w0).putLong(w1).putLong(w2).putLong(w3).array();
  }

  /// Says nothing: tokens do not belong into logs.
  @Override
  public String toString() {
    return "(32 bytes)";
  }
}
