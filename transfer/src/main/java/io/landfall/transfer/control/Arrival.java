package io.landfall.transfer.control;

/// How an image came that was read while it landed; bytes that travelled.
///
/// @param imageId the image
/// @param demanded what its guest had to wait for
/// @param ahead what its boot profile named, brought before the guest asked
/// @param filled the rest
public record Arrival(String imageId, long demanded, long ahead, long filled) {

  /// All of it.
  public long travelled() {
    return demanded + ahead + filled;
  }
}
