package io.landfall.protocol.content;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names the plain bytes of one [chunk][Chunks]: their SHA-256, 32 bytes, as four big-endian words.
///
/// The id does not depend on how the chunk is encoded, so recompressing a chunk or storing it as a
/// page delta keeps its name. A record of words and not of an array, because an array's `equals`
/// compares references.
///
/// [#ZERO] is reserved for chunks whose bytes are all zero, whatever their length: they are never
/// hashed, sent or stored.
///
/// @param w0 bytes 0 to 7 of the digest, big-endian; `w1`, `w2` and `w3` follow
public record ChunkId(long w0, long w1, long w2, long w3) implements Comparable<ChunkId> {
  /// Bytes of an id on disk and on the wire.
  public static final int SIZE_BYTES = 32;

  /// The reserved id of every all-zero chunk.
  public static final ChunkId ZERO = new ChunkId(0, 0, 0, 0);

  /// Hashes the remaining bytes of `plain`, which are not all zero; the buffer's position is left
  /// alone.
  ///
  /// All-zero content is not looked for here: callers test for it first (59-90 % of real images and
  /// memory is zero, and the test runs at twenty times the speed of the hash).
  public static ChunkId of(ByteBuffer plain) {
    MessageDigest sha256 = sha256();
    sha256.update(plain.duplicate());
    return fromDigest(sha256.digest());
  }

  /// Reads an id from the next 32 bytes of `source`, whatever its byte order.
  public static ChunkId readFrom(ByteBuffer source) {
    ByteOrder order = source.order();
    source.order(ByteOrder.BIG_ENDIAN);
    try {
      return new ChunkId(source.getLong(), source.getLong(), source.getLong(), source.getLong());
    } finally {
      source.order(order);
    }
  }

  /// Reads 64 hexadecimal digits, as [#toString] writes them.
  ///
  /// @throws IllegalArgumentException if `hex` is anything else
  public static ChunkId parse(String hex) {
    if (hex.length() != 2 * SIZE_BYTES) {
      throw new IllegalArgumentException("chunk id: " + hex.length() + " digits, expected 64");
    }
    return fromDigest(HexFormat.of().parseHex(hex));
  }

  static ChunkId fromDigest(byte[] digest) {
    return readFrom(ByteBuffer.wrap(digest));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  public boolean isZero() {
    return (w0 | w1 | w2 | w3) == 0;
  }

  /// Writes the 32 bytes of this id to `target`, whatever its byte order.
  public void writeTo(ByteBuffer target) {
    ByteOrder order = target.order();
    target.order(ByteOrder.BIG_ENDIAN).putLong(w0).putLong(w1).putLong(w2).putLong(w3).order(order);
  }

  /// The 32 bytes of this id, in a new array.
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES);
    writeTo(bytes);
    return bytes.array();
  }

  /// By unsigned bytes, as a sorted record table or an index iterates them.
  @Override
  public int compareTo(ChunkId other) {
    int c = Long.compareUnsigned(w0, other.w0);
    c = c != 0 ? c : Long.compareUnsigned(w1, other.w1);
    c = c != 0 ? c : Long.compareUnsigned(w2, other.w2);
    return c != 0 ? c : Long.compareUnsigned(w3, other.w3);
  }

  /// A digest is already uniform: one word of it is the best hash there is.
  @Override
  public int hashCode() {
    return Long.hashCode(w0);
  }

  /// 64 lower-case hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
