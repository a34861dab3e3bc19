package io.landfall.transfer.landing;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which chunks of an image some local image has, by id.
final class SeedFinder {
  /// Chunks that are looked for anywhere in the seeds: 256 GiB of data. In a larger image, only
  /// those that a seed has at the same place are found.
  private static final int MAX_WANTED = 1 << 20;

  /// A chunk of a seed.
  record Place(Seed seed, long chunk) {}

  private final Manifest manifest;
  private final List<Seed> seeds;
  private final Map<ChunkId, Place> anywhere = new HashMap<>();

  /// @param wanted the bytes of the image that are not here yet
  SeedFinder(Manifest manifest, List<Seed> seeds, RangeSet wanted) {
    this.manifest = manifest;
    this.seeds =
        seeds.stream()
            .filter(seed -> seed.manifest().chunkSizeBytes() == manifest.chunkSizeBytes())
            .toList();
    if (!this.seeds.isEmpty()) {
      index(wanted);
    }
  }

  private void index(RangeSet wanted) {
    Set<ChunkId> ids = new HashSet<>();
    for (Range range : wanted.ranges()) {
      long end = Math.ceilDiv(range.end(), manifest.chunkSizeBytes());
      for (long chunk = range.offset() / manifest.chunkSizeBytes(); chunk < end; chunk++) {
        ids.add(manifest.chunk(chunk));
        if (ids.size() > MAX_WANTED) {
          return;
        }
      }
    }
    for (Seed seed : seeds) {
      for (long chunk = 0; chunk < seed.manifest().chunkCount(); chunk++) {
        ChunkId id = seed.manifest().chunk(chunk);
        if (ids.contains(id)) {
          anywhere.putIfAbsent(id, new Place(seed, chunk));
        }
      }
    }
  }

  /// Where a chunk of the image is to be had, at the same place of a seed if possible.
  Optional<Place> find(long chunk) {
    ChunkId id = manifest.chunk(chunk);
    if (id.isZero()) {
      return Optional.empty();
    }
    for (Seed seed : seeds) {
      if (chunk < seed.manifest().chunkCount() && seed.manifest().chunk(chunk).equals(id)) {
        return Optional.of(new Place(seed, chunk));
      }
    }
    return Optional.ofNullable(anywhere.get(id));
  }
}
