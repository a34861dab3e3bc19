package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;

/// What a checkpoint holds, as a tree of chunks: a disk, a memory state or a blob.
public sealed interface StoredContent permits DeviceRecord, BlobRecord {
  /// Its name, unique within the checkpoint.
  String name();

  /// Bytes of the content.
  long sizeBytes();

  /// Bytes of its chunks.
  int chunkSizeBytes();

  /// Names all of it.
  ImageId imageId();

  /// The topmost node of its manifest.
  ChunkId root();

  /// Checks a name: it becomes a file's name when a checkpoint is restored.
  ///
  /// @return `name`
  /// @throws IllegalArgumentException unless it is 1 to 128 letters, digits, `_`, `-` and `.`, the
  ///   first not being one of the last two
  static String requireName(String name) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")) {
      throw new IllegalArgumentException(
          "device or blob name: \"" + name + "\", expected letters, digits, _, - and .");
    }
    return name;
  }
}
