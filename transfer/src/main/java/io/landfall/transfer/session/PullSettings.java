package io.landfall.transfer.session;

import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Priority;

/// How a pull cuts its work.
///
/// @param unitBytes what a connection takes from the work at once; WDT and mscp both settled on 16
///   MiB
/// @param wantBytes what one WANT asks for
/// @param windowBytes what one connection may have asked for and not yet written
/// @param priority what of the source's other answers goes before it, and what after it
/// @param codec the strongest that the source may compress with
public record PullSettings(
    long unitBytes, int wantBytes, long windowBytes, Priority priority, Codec codec) {
  /// For whole images.
  public static final PullSettings BULK =
      new PullSettings(16 << 20, 1 << 20, 8 << 20, Priority.LANDING, Codec.PLAIN);

  public PullSettings {
    if (unitBytes < wantBytes
        || windowBytes < wantBytes
        || wantBytes < 1
        || wantBytes > Limits.MAX_WANT_BYTES) {
      throw new IllegalArgumentException(
          "unit " + unitBytes + ", want " + wantBytes + ", window " + windowBytes + " bytes");
    }
  }

  /// The same, with another rank.
  public PullSettings ranked(Priority other) {
    return new PullSettings(unitBytes, wantBytes, windowBytes, other, codec);
  }

  /// The same, for a reader who waits for it.
  public PullSettings asUrgent() {
    return ranked(Priority.URGENT);
  }

  /// The same, letting the source compress.
  public PullSettings compressed(Codec strongest) {
    return new PullSettings(unitBytes, wantBytes, windowBytes, priority, strongest);
  }
}
