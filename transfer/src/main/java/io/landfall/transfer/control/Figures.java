package io.landfall.transfer.control;

import com.fasterxml.jackson.annotation.JsonIgnore;

/// Where the bytes of a landed, saved or returned image came from; all in bytes but the last.
///
/// @param image size of the image as the guest sees it
/// @param zero holes and zero runs: neither sent nor stored
/// @param base taken from the image it is based on
/// @param seed taken from other local images
/// @param resumed already durable from an attempt before
/// @param pulled content that came over the network, before compression
/// @param wire bytes on the network, framing included
/// @param millis wall time
public record Figures(
    long image,
    long zero,
    long base,
    long seed,
    long resumed,
    long pulled,
    long wire,
    long millis) {

  /// Of an image whose landing has begun and goes on behind its guest: nothing is known but its
  /// size.
  public static Figures begun(long image) {
    return new Figures(image, 0, 0, 0, 0, 0, 0, 0);
  }

  /// Whether these are of a landing that has only begun.
  @JsonIgnore
  public boolean isBegun() {
    return image > 0 && equals(begun(image));
  }
}
