package io.landfall.transfer.net;

/// Keeps what an endpoint sends to so many bytes a second, over all its links: a bucket of tokens
/// that may be overdrawn by one frame, since its size is known only when it is made. Any thread.
final class Throttle {
  private static final double NANOS = 1e9;

  /// So much unused time is made up for: short enough that no link sees a burst.
  private static final double BURST_SECONDS = 0.05;

  private double bytesPerSecond; // guarded by this; 0 is no limit
  private double tokens; // guarded by this
  private long filledAt; // guarded by this

  /// Changes the limit; 0 lifts it.
  synchronized void limit(long newBytesPerSecond, long nowNanos) {
    bytesPerSecond = newBytesPerSecond;
    tokens = 0;
    filledAt = nowNanos;
  }

  /// How long to wait before the next frame; 0 if it may go now.
  synchronized long waitNanos(long nowNanos) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    double earned = (nowNanos - filledAt) * bytesPerSecond / NANOS;
    tokens = Math.min(tokens + earned, bytesPerSecond * BURST_SECONDS);
    filledAt = nowNanos;
    return tokens >= 0 ? 0 : (long) Math.ceil(-tokens / bytesPerSecond * NANOS);
  }

  /// A frame of so many bytes goes.
  synchronized void spent(long bytes) {
    if (bytesPerSecond > 0) {
      tokens -= bytes;
    }
  }
}
