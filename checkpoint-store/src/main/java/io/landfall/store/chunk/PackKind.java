package io.landfall.store.chunk;

import java.util.Optional;

/// What a pack holds. Kinds are kept apart because they die apart: memory is young, disk bases live
/// long, and a pack whose chunks die together is removed without being copied.
public enum PackKind {
  /// Chunks of disks.
  DISK(1),
  /// Chunks of guest memory.
  MEMORY(2),
  /// Manifest nodes and blobs.
  META(3);

  private final byte code;

  PackKind(int code) {
    this.code = (byte) code;
  }

  /// The number on disk.
  public byte code() {
    return code;
  }

  /// The kind of a number read from disk.
  public static Optional<PackKind> ofCode(byte code) {
    for (PackKind kind : values()) {
      if (kind.code == code) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
