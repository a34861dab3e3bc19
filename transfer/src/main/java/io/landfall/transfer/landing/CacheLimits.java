package io.landfall.transfer.landing;

/// How much of the disk an image cache may have. Images that are not pinned are removed to keep to
/// it, the one used longest ago first; pinned ones stay, whatever the limits.
///
/// @param maxBytes of all images together, as they lie on the disk; 0 for no limit
/// @param reserveBytes that stay free on the disk
public record CacheLimits(long maxBytes, long reserveBytes) {
  /// As much as the disk has.
  public static final CacheLimits NONE = new CacheLimits(0, 0);

  public CacheLimits {
    if (maxBytes < 0 || reserveBytes < 0) {
      throw new IllegalArgumentException(
          "image cache: "
              + maxBytes
              + " bytes at most, "
              + reserveBytes
              + " in reserve; expected 0 or more");
    }
  }
}
