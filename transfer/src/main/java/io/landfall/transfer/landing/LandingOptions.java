package io.landfall.transfer.landing;

import io.landfall.snapshot.device.BlockDevice;
import java.util.List;
import java.util.Optional;

/// How an image is landed.
///
/// @param base where extents come from that are the same as the source's base; only lent
/// @param seeds local images that may have some of the chunks; only lent
/// @param replace a file of the target's name is replaced, instead of refusing to land
/// @param reserveBytes free space that must be left on the disk
public record LandingOptions(
    Optional<BlockDevice> base, List<Seed> seeds, boolean replace, long reserveBytes) {
  /// Pull all of it, to a name that is free.
  public static final LandingOptions DEFAULT =
      new LandingOptions(Optional.empty(), List.of(), false, 0);

  public LandingOptions {
    seeds = List.copyOf(seeds);
  }

  /// The same with a base.
  public LandingOptions withBase(BlockDevice device) {
    return new LandingOptions(Optional.of(device), seeds, replace, reserveBytes);
  }

  /// The same with seeds.
  public LandingOptions withSeeds(List<Seed> newSeeds) {
    return new LandingOptions(base, newSeeds, replace, reserveBytes);
  }

  /// The same, replacing a file that has the target's name.
  public LandingOptions replacing() {
    return new LandingOptions(base, seeds, true, reserveBytes);
  }

  /// The same, leaving that much free.
  public LandingOptions withReserveBytes(long bytes) {
    return new LandingOptions(base, seeds, replace, bytes);
  }
}
