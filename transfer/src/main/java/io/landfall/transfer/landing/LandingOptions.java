package io.landfall.transfer.landing;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.client.RemoteImage;
import java.util.List;
import java.util.Optional;

/// How an image is landed.
///
/// @param base where extents come from that are the same as the source's base; only lent
/// @param seeds local images that may have some of the chunks; only lent
/// @param replace a file of the target's name is replaced, instead of refusing to land
/// @param reserveBytes free space that must be left on the disk
/// @param sealBehind the image gets its name as soon as it is durable, and is hashed after that; a
///   chunk that then turns out to be wrong is reported by [LandedImage#sealed] and not repaired
/// @param others that have the same content, for when the source fails or stalls; only lent
/// @param stall when a source is given up although its link lives
/// @param exchange with others that land the same image, if its source has named its chunks
/// @param askPages which pages of changed chunks differ is asked whatever the link; without it only
///   if [PageTrial] finds that it pays
public record LandingOptions(
    Optional<BlockDevice> base,
    List<Seed> seeds,
    boolean replace,
    long reserveBytes,
    boolean sealBehind,
    List<RemoteImage> others,
    StallRule stall,
    Optional<Exchange> exchange,
    boolean askPages) {
  /// Pull all of it, to a name that is free.
  public static final LandingOptions DEFAULT =
      new LandingOptions(
          Optional.empty(),
          List.of(),
          false,
          0,
          false,
          List.of(),
          StallRule.STANDARD,
          Optional.empty(),
          false);

  public LandingOptions {
    seeds = List.copyOf(seeds);
    others = List.copyOf(others);
  }

  /// The same with a base.
  public LandingOptions withBase(BlockDevice device) {
    return new LandingOptions(
        Optional.of(device),
        seeds,
        replace,
        reserveBytes,
        sealBehind,
        others,
        stall,
        exchange,
        askPages);
  }

  /// The same with seeds.
  public LandingOptions withSeeds(List<Seed> newSeeds) {
    return new LandingOptions(
        base, newSeeds, replace, reserveBytes, sealBehind, others, stall, exchange, askPages);
  }

  /// The same, replacing a file that has the target's name.
  public LandingOptions replacing() {
    return new LandingOptions(
        base, seeds, true, reserveBytes, sealBehind, others, stall, exchange, askPages);
  }

  /// The same, leaving that much free.
  public LandingOptions withReserveBytes(long bytes) {
    return new LandingOptions(
        base, seeds, replace, bytes, sealBehind, others, stall, exchange, askPages);
  }

  /// The same, landed first and sealed after that.
  public LandingOptions sealingBehind() {
    return new LandingOptions(
        base, seeds, replace, reserveBytes, true, others, stall, exchange, askPages);
  }

  /// The same, going on from others when the source fails.
  public LandingOptions withOthers(List<RemoteImage> sources) {
    return new LandingOptions(
        base, seeds, replace, reserveBytes, sealBehind, sources, stall, exchange, askPages);
  }

  /// The same with another idea of a stall.
  public LandingOptions withStall(StallRule rule) {
    return new LandingOptions(
        base, seeds, replace, reserveBytes, sealBehind, others, rule, exchange, askPages);
  }

  /// The same, together with others that land the same image.
  public LandingOptions withExchange(Exchange with) {
    return new LandingOptions(
        base, seeds, replace, reserveBytes, sealBehind, others, stall, Optional.of(with), askPages);
  }

  /// The same, asking for pages over any link.
  public LandingOptions askingPages() {
    return new LandingOptions(
        base, seeds, replace, reserveBytes, sealBehind, others, stall, exchange, true);
  }
}
