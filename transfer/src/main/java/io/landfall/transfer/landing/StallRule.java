package io.landfall.transfer.landing;

import java.time.Duration;

/// When a source is given up although its link lives: it brings less than so many bytes in so long.
///
/// @param bytes at least
/// @param within this time
public record StallRule(long bytes, Duration within) {
  /// 100 KiB a second for 100 seconds, which is what Pelican found to be right between sites.
  public static final StallRule STANDARD =
      new StallRule(100 * (100L << 10), Duration.ofSeconds(100));

  public StallRule {
    if (bytes < 1 || within.toMillis() < 1) {
      throw new IllegalArgumentException("stall: " + bytes + " bytes within " + within);
    }
  }

  @Override
  public String toString() {
    return "less than " + bytes + " bytes in " + within.toMillis() / 1000.0 + " s";
  }
}
