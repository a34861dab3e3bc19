package io.landfall.transfer.session;

import io.landfall.protocol.message.Limits;

/// How a pull cuts its work.
///
/// @param unitBytes what a connection takes from the work at once; WDT and mscp both settled on 16
///   MiB
/// @param wantBytes what one WANT asks for
/// @param windowBytes what one connection may have asked for and not yet written
/// @param urgent go before pulls that are not
/// @param compressed let the source compress
public record PullSettings(
    long unitBytes, int wantBytes, long windowBytes, boolean urgent, boolean compressed) {
  /// For whole images.
  public static final PullSettings BULK =
      new PullSettings(16 << 20, 1 << 20, 8 << 20, false, false);

  public PullSettings {
    if (unitBytes < wantBytes
        || windowBytes < wantBytes
        || wantBytes < 1
        || wantBytes > Limits.MAX_WANT_BYTES) {
      throw new IllegalArgumentException(
          "unit " + unitBytes + ", want " + wantBytes + ", window " + windowBytes + " bytes");
    }
  }

  /// The same, for a reader who waits for it.
  public PullSettings asUrgent() {
    return new PullSettings(unitBytes, wantBytes, windowBytes, true, compressed);
  }

  /// The same, with or without compression.
  public PullSettings compressed(boolean yes) {
    return new PullSettings(unitBytes, wantBytes, windowBytes, urgent, yes);
  }
}
