package io.landfall.store.checkpoint;

import java.util.Map;

/// How much of the packs the checkpoints of each owner may need.
///
/// @param standardBytes of an owner who is not named
/// @param ofOwners of those who are
public record Quotas(long standardBytes, Map<String, Long> ofOwners) {
  /// No owner has a limit.
  public static final Quotas NONE = new Quotas(Long.MAX_VALUE, Map.of());

  /// Copies the map and checks that nothing is negative.
  public Quotas {
    ofOwners = Map.copyOf(ofOwners);
    if (standardBytes < 0 || ofOwners.values().stream().anyMatch(bytes -> bytes < 0)) {
      throw new IllegalArgumentException("quotas: expected 0 bytes or more");
    }
  }

  /// The limit of `owner`.
  public long of(String owner) {
    return ofOwners.getOrDefault(owner, standardBytes);
  }
}
