package io.landfall.transfer.doctor;

import java.util.Locale;

/// Figures as they stand in findings.
final class Figure {
  private static final double KIBI = 1024;
  private static final double MEGA = 1e6;

  private Figure() {}

  static String bytes(long bytes) {
    double gib = bytes / (KIBI * KIBI * KIBI);
    return gib >= 1
        ? String.format(Locale.ROOT, "%.1f GiB", gib)
        : String.format(Locale.ROOT, "%.0f MiB", bytes / (KIBI * KIBI));
  }

  /// Bytes in so many nanoseconds, as MB/s.
  static String rate(long bytes, long nanos) {
    return String.format(Locale.ROOT, "%.0f MB/s", bytes / MEGA / (Math.max(1, nanos) / 1e9));
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
