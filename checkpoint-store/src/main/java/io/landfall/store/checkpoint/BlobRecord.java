package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;

/// A small piece of a checkpoint that is always read whole, such as the state of a VM's devices.
/// Stored in chunks as a device is.
///
/// @param name unique within the checkpoint
/// @param sizeBytes its length
/// @param chunkSizeBytes of its manifest
/// @param imageId names its content
/// @param root topmost node of its manifest's tree
public record BlobRecord(
    String name, long sizeBytes, int chunkSizeBytes, ImageId imageId, ChunkId root)
    implements StoredContent {

  /// Checks the name.
  public BlobRecord {
    StoredContent.requireName(name);
  }
}
