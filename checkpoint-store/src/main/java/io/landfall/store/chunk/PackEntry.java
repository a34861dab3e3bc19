package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkHeader;

/// One row of the table at the end of a pack: where a record is, and a copy of its header.
///
/// @param offset of the record in the pack
/// @param header as it stands there
public record PackEntry(long offset, ChunkHeader header) {
  /// Bytes of a row: the offset (8) and the header (88).
  public static final int SIZE_BYTES = Long.BYTES + ChunkHeader.SIZE_BYTES;

  /// The first byte behind the record.
  public long end() {
    return offset + header.totalLength();
  }

  /// Where the record lies, as an index keeps it.
  public ChunkLocation locationIn(long pack) {
    return ChunkLocation.of(pack, this);
  }
}
