package io.landfall.snapshot.format.qcow2;

/// What a run of guest bytes maps to.
///
/// @param kind what is there
/// @param host for `DATA` the file offset of the first byte; for `COMPRESSED` the L2 entry
/// @param length guest bytes from the asked offset on; a compressed run ends with its cluster
record Mapping(Kind kind, long host, long length) {

  enum Kind {
    DATA,
    COMPRESSED,
    ZERO,
    HOLE
  }

  /// Whether `next` goes on where this ends, so that both are one run.
  boolean continuesWith(Mapping next) {
    return kind == next.kind
        && switch (kind) {
          case DATA -> host + length == next.host;
          case COMPRESSED -> false;
          case ZERO, HOLE -> true;
        };
  }

  Mapping plus(Mapping next) {
    return new Mapping(kind, host, length + next.length);
  }

  Mapping cutAt(long maxLength) {
    return length <= maxLength ? this : new Mapping(kind, host, maxLength);
  }
}
