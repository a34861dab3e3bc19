package io.landfall.protocol.content;

/// Names the whole content of a disk or of a memory state: the root of its [Manifest] bound to its
/// size and geometry.
///
/// The same guest disk has one ImageId whether it came as raw, qcow2 or VMDK, since chunks are
/// addressed by guest offset.
///
/// @param digest SHA-256 as [Manifest#imageId] computes it
public record ImageId(ChunkId digest) {

  /// Reads 64 hexadecimal digits, as [#toString] writes them.
  ///
  /// @throws IllegalArgumentException if `hex` is anything else
  public static ImageId parse(String hex) {
    return new ImageId(ChunkId.parse(hex));
  }

  /// The first twelve digits: enough for a person to tell images apart in a listing.
  public String abbreviated() {
    return toString().substring(0, 12);
  }

  @Override
  public String toString() {
    return digest.toString();
  }
}
