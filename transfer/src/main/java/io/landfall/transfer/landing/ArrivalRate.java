package io.landfall.transfer.landing;

/// How fast bytes arrive, over the last moments. Not thread-safe; the caller brings the clock.
final class ArrivalRate {
  private static final long WINDOW_NANOS = 200_000_000;
  private static final double NANOS = 1e9;

  private long windowStart;
  private long windowBytes;
  private double bytesPerSecond;

  ArrivalRate(long nowNanos) {
    this.windowStart = nowNanos;
  }

  /// Counts `bytes`.
  void add(long bytes, long nowNanos) {
    roll(nowNanos);
    windowBytes += bytes;
  }

  /// Bytes a second in the last complete window.
  double bytesPerSecond(long nowNanos) {
    roll(nowNanos);
    return bytesPerSecond;
  }

  private void roll(long nowNanos) {
    long elapsed = nowNanos - windowStart;
    if (elapsed >= WINDOW_NANOS) {
      bytesPerSecond = windowBytes * NANOS / elapsed;
      windowBytes = 0;
      windowStart = nowNanos;
    }
  }
}
