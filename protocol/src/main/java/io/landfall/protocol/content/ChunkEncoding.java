package io.landfall.protocol.content;

import java.util.Optional;

/// How the bytes of a chunk are written; the numbers are part of the format and never change.
///
/// A reader knows all of them, whatever a writer was told to write: a store may hold any mixture.
public enum ChunkEncoding {
  /// All bytes are zero: no payload. Sent, never stored.
  ZERO(0),
  /// The bytes themselves.
  PLAIN(1),
  /// One LZ4 block.
  LZ4(2),
  /// One zstd frame.
  ZSTD(3),
  /// A bitmap of changed pages and those pages, as one LZ4 block, over a base chunk that is itself
  /// encoded in full.
  PAGE_DELTA(4),
  /// The same as one zstd frame.
  PAGE_DELTA_ZSTD(5),
  /// Any full form, header and payload, encrypted under the key of the store that it lies in.
  /// Stored, never sent.
  SEALED(6),
  /// The same for a page delta; the base in its header is named as the store names it.
  SEALED_DELTA(7);

  private final byte code;

  ChunkEncoding(int code) {
    this.code = (byte) code;
  }

  /// The number on disk and on the wire.
  public byte code() {
    return code;
  }

  /// Whether a base chunk is needed to decode.
  public boolean isDelta() {
    return this == PAGE_DELTA || this == PAGE_DELTA_ZSTD || this == SEALED_DELTA;
  }

  /// Whether the payload is another chunk, encrypted.
  public boolean isSealed() {
    return this == SEALED || this == SEALED_DELTA;
  }

  /// Whether the payload is a zstd frame.
  boolean isZstd() {
    return this == ZSTD || this == PAGE_DELTA_ZSTD;
  }

  /// The encoding of a number read from outside, or empty if this version does not know it.
  public static Optional<ChunkEncoding> ofCode(byte code) {
    return switch (code) {
      case 0 -> Optional.of(ZERO);
      case 1 -> Optional.of(PLAIN);
      case 2 -> Optional.of(LZ4);
      case 3 -> Optional.of(ZSTD);
      case 4 -> Optional.of(PAGE_DELTA);
      case 5 -> Optional.of(PAGE_DELTA_ZSTD);
      case 6 -> Optional.of(SEALED);
      case 7 -> Optional.of(SEALED_DELTA);
      default -> Optional.empty();
    };
  }
}
