package io.landfall.transfer.daemon;

import io.landfall.transfer.control.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How fast images have landed on each host so far.
///
/// Threads: any.
final class LinkRates {
  /// A gigabit, for a host of which nothing is known yet.
  private static final double UNKNOWN_BYTES_PER_SECOND = 100e6;

  /// Less says more of latency than of the link.
  private static final long MIN_BYTES = 4 << 20;

  private static final double NEWEST_WEIGHS = 0.5;

  private final Map<String, Double> bytesPerSecond = new ConcurrentHashMap<>();

  /// Learns from a landing.
  void landed(String host, List<Reply.LandedPart> parts) {
    long bytes = parts.stream().mapToLong(part -> part.figures().pulled()).sum();
    long millis = parts.stream().mapToLong(part -> part.figures().millis()).sum();
    if (bytes >= MIN_BYTES && millis > 0) {
      double seen = bytes * 1000.0 / millis;
      bytesPerSecond.merge(
          host, seen, (before, now) -> before * (1 - NEWEST_WEIGHS) + now * NEWEST_WEIGHS);
    }
  }

  /// How long so many bytes take to a host.
  Duration timeFor(String host, long bytes) {
    double rate = bytesPerSecond.getOrDefault(host, UNKNOWN_BYTES_PER_SECOND);
    return Duration.ofMillis(Math.round(bytes * 1000.0 / rate));
  }
}
