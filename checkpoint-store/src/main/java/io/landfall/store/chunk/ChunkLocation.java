package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkHeader;

/// Where a chunk lies: which pack, from which byte, how many.
///
/// @param pack sequence number of the pack
/// @param offset of the chunk's header in the pack
/// @param length bytes of header and payload
/// @param rawLength bytes after decoding
/// @param encoding how it is written; a page delta needs a second read
/// @param level 0 for guest data, at least 1 for a manifest node
public record ChunkLocation(
    long pack, long offset, int length, int rawLength, ChunkEncoding encoding, int level) {

  static ChunkLocation of(long pack, PackEntry entry) {
    ChunkHeader header = entry.header();
    return new ChunkLocation(
        pack,
        entry.offset(),
        header.totalLength(),
        header.rawLength(),
        header.encoding(),
        header.level());
  }

  /// The first byte behind the chunk.
  public long end() {
    return offset + length;
  }
}
