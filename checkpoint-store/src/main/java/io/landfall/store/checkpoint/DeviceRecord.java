package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;

/// A disk or memory state of a checkpoint.
///
/// @param kind disk or memory
/// @param name unique within the checkpoint
/// @param sizeBytes as the guest sees it
/// @param chunkSizeBytes of its manifest
/// @param imageId names its whole content
/// @param root topmost node of its manifest's tree, in a meta pack
/// @param summary where its bytes went when it was stored
public record DeviceRecord(
    CheckpointWriter.Kind kind,
    String name,
    long sizeBytes,
    int chunkSizeBytes,
    ImageId imageId,
    ChunkId root,
    IngestSummary summary)
    implements StoredContent {

  /// Checks the name.
  public DeviceRecord {
    StoredContent.requireName(name);
  }
}
