package io.landfall.snapshot.device;

/// A run of a device's bytes that are all of one kind.
///
/// @param offset bytes from the start of the device
/// @param length bytes, at least 1
/// @param kind what is there
public record Extent(long offset, long length, Kind kind) {

  /// What a layer holds for a run of bytes.
  public enum Kind {
    /// Bytes that must be read to be known.
    DATA,
    /// Reads as zeros, and says so in this layer: over a base it hides the base.
    ZERO,
    /// Nothing in this layer: the base shows through, or zeros where there is no base.
    HOLE
  }

  public Extent {
    if (offset < 0 || length <= 0 || offset + length < 0) {
      throw new IllegalArgumentException("extent: offset " + offset + ", length " + length);
    }
  }

  /// The first byte behind the extent.
  public long end() {
    return offset + length;
  }
}
