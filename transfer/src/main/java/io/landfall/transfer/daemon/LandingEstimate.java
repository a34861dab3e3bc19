package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// How much of what a job needs a host would have to pull.
///
/// An image that a host holds whole costs nothing; one of which it holds a relative (the input
/// image of a checkpoint, an earlier checkpoint) costs the chunks in which the two differ, as far
/// as the chunk names of both are known here.
///
/// @param needed the images to land whose chunk names are known
/// @param unknownBytes size of those whose names are not known yet
/// @param relatives images that are like them, by ImageId
record LandingEstimate(List<Manifest> needed, long unknownBytes, Map<String, Manifest> relatives) {

  /// Bytes that a host with these images lacks.
  long missingBytes(Collection<String> held) {
    long missing = unknownBytes;
    for (Manifest image : needed) {
      if (!held.contains(image.imageId().toString())) {
        missing += missingBytes(image, held);
      }
    }
    return missing;
  }

  private long missingBytes(Manifest image, Collection<String> held) {
    long least = differing(image, null);
    for (Map.Entry<String, Manifest> relative : relatives.entrySet()) {
      if (held.contains(relative.getKey())) {
        least = Math.min(least, differing(image, relative.getValue()));
      }
    }
    return least;
  }

  private static long differing(Manifest image, Manifest other) {
    long chunks = 0;
    for (long i = 0; i < image.chunkCount(); i++) {
      ChunkId id = image.chunk(i);
      boolean there = other != null && i < other.chunkCount() && other.chunk(i).equals(id);
      if (!id.isZero() && !there) {
        chunks++;
      }
    }
    return chunks * image.chunkSizeBytes();
  }
}
