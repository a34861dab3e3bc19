package io.landfall.perf.rig;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a link between two hosts is like.
///
/// @param bitsPerSecond each way, Ethernet headers included
/// @param roundTrip half of it each way
public record LinkSpec(long bitsPerSecond, Duration roundTrip) {
  private static final Pattern TEXT =
      Pattern.compile("([0-9]{1,4})(kbit|mbit|gbit)(?:,([0-9]{1,4})ms)?");
  private static final long MAX_BITS = 40_000_000_000L;
  private static final Duration MAX_ROUND_TRIP = Duration.ofSeconds(2);

  /// Packets wait for the link at most so long; what comes then is dropped, as by a router.
  static final Duration QUEUE = Duration.ofMillis(100);

  private static final int MIN_QUEUE_BYTES = 1 << 16;

  public LinkSpec {
    if (bitsPerSecond < 1000
        || bitsPerSecond > MAX_BITS
        || roundTrip.isNegative()
        || roundTrip.compareTo(MAX_ROUND_TRIP) > 0) {
      throw new IllegalArgumentException(
          "link of %d bit/s and %d ms, expected 1 kbit/s to 40 Gbit/s and at most 2000 ms"
              .formatted(bitsPerSecond, roundTrip.toMillis()));
    }
  }

  /// Reads `1gbit` or `100mbit,20ms`.
  public static LinkSpec parse(String text) throws IOException {
    Matcher matcher = TEXT.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IOException(
          "link '"
              + text
              + "': expected a rate and perhaps a round trip, as 1gbit or 100mbit,20ms");
    }
    long unit =
        switch (matcher.group(2)) {
          case "kbit" -> 1_000L;
          case "mbit" -> 1_000_000L;
          default -> 1_000_000_000L;
        };
    String millis = matcher.group(3);
    try {
      return new LinkSpec(
          Long.parseLong(matcher.group(1)) * unit,
          Duration.ofMillis(millis == null ? 0 : Long.parseLong(millis)));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// How much may wait for the link.
  long queueBytes() {
    return Math.max(MIN_QUEUE_BYTES, bitsPerSecond / 8 * QUEUE.toMillis() / 1000);
  }

  /// As a reader of a report knows it.
  @Override
  public String toString() {
    String rate =
        bitsPerSecond >= 1_000_000_000
            ? bitsPerSecond / 1e9 + " Gbit/s"
            : bitsPerSecond / 1e6 + " Mbit/s";
    return rate.replace(".0 ", " ")
        + (roundTrip.isZero() ? "" : ", " + roundTrip.toMillis() + " ms");
  }
}
