package io.landfall.transfer.session;

import io.landfall.protocol.content.ImageIndex;
import java.util.OptionalInt;

/// What a source knows of the chunks of an image beside its bytes.
public interface Checksums {
  /// Knows nothing.
  Checksums NONE = chunk -> OptionalInt.empty();

  /// What an index knows, as far as its chunks are as long as frames.
  static Checksums of(ImageIndex index) {
    if (index.manifest().chunkSizeBytes() != Answer.FRAME_BYTES) {
      return NONE;
    }
    return chunk ->
        index.dense((int) chunk) ? OptionalInt.of(index.crc32c((int) chunk)) : OptionalInt.empty();
  }

  /// CRC32C of the plain bytes of a chunk that has no zero page; empty if it has one, or if nothing
  /// is known.
  OptionalInt dense(long chunk);
}
