package io.landfall.protocol.content;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/// What is known of an image file, so that sending it a second time costs no hashing: the ids of
/// its chunks and their CRC32C, bound to the identity the file had when they were computed.
///
/// ```
///   0  8  magic      4C 46 49 4E 44 45 58 02  "LFINDEX" and the version: 2, or 1 without `dense`
///   8 40  identity   device, inode, size, modified, changed: 8 bytes each
///  48     manifest   see ManifestFormat
///         crcs       CRC32C of the plain bytes of each chunk that is not zero, 4 bytes, in order
///         dense      a bit for each chunk: 1 if it has no zero page; 8 chunks a byte, the first lowest
///      4  crc        CRC32C of everything before
/// ```
///
/// Whoever reads one compares [#identity] with the file's and throws the index away if they differ.
public final class ImageIndex {
  private static final long MAGIC = 0x4C46494E44455802L;
  private static final long MAGIC_1 = 0x4C46494E44455801L;

  private final FileIdentity identity;
  private final Manifest manifest;
  private final int[] crcs;
  private final BitSet dense;

  /// Takes ownership of `crcs` and `dense`.
  ///
  /// @param crcs one for each chunk of `manifest`; 0 where the chunk is zero
  /// @param dense the chunks that have no zero page
  public ImageIndex(FileIdentity identity, Manifest manifest, int[] crcs, BitSet dense) {
    if (crcs.length != manifest.chunkCount()) {
      throw new IllegalArgumentException(
          "image index: " + crcs.length + " checksums for " + manifest.chunkCount() + " chunks");
    }
    this.identity = identity;
    this.manifest = manifest;
    this.crcs = crcs;
    this.dense = dense;
  }

  /// The file's identity when the index was made.
  public FileIdentity identity() {
    return identity;
  }

  /// The ids of all chunks.
  public Manifest manifest() {
    return manifest;
  }

  /// CRC32C of the plain bytes of chunk `index`; 0 for a zero chunk.
  public int crc32c(int index) {
    return crcs[index];
  }

  /// Whether chunk `index` has no zero page, so that all of it is worth sending.
  public boolean dense(int index) {
    return dense.get(index);
  }

  /// Writes the index and leaves the stream open.
  public void writeTo(OutputStream target) throws IOException {
    CheckedOutputStream checked = new CheckedOutputStream(target, new CRC32C());
    DataOutputStream out = new DataOutputStream(checked);
    out.writeLong(MAGIC);
    out.writeLong(identity.device());
    out.writeLong(identity.inode());
    out.writeLong(identity.sizeBytes());
    out.writeLong(identity.modifiedNanos());
    out.writeLong(identity.changedNanos());
    out.flush();
    ManifestFormat.write(manifest, checked);
    for (int i = 0; i < crcs.length; i++) {
      if (!manifest.chunk(i).isZero()) {
        out.writeInt(crcs[i]);
      }
    }
    out.write(Arrays.copyOf(dense.toByteArray(), denseBytes(manifest)));
    out.writeInt((int) checked.getChecksum().getValue());
    out.flush();
  }

  /// Reads an index.
  ///
  /// @param maxImageBytes see [ManifestFormat#read]
  /// @throws CorruptChunkException if the bytes are not a whole index
  public static ImageIndex readFrom(InputStream source, long maxImageBytes) throws IOException {
    CheckedInputStream checked = new CheckedInputStream(source, new CRC32C());
    DataInputStream in = new DataInputStream(checked);
    try {
      long magic = in.readLong();
      if (magic != MAGIC && magic != MAGIC_1) {
        throw new CorruptChunkException(
            Reason.WRONG_MAGIC,
            "image index: starts with %016X, expected %016X".formatted(magic, MAGIC));
      }
      FileIdentity identity =
          new FileIdentity(
              in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
      Manifest manifest = ManifestFormat.read(checked, maxImageBytes);
      int[] crcs = readCrcs(in, manifest);
      byte[] dense = in.readNBytes(magic == MAGIC_1 ? 0 : denseBytes(manifest));
      int computed = (int) checked.getChecksum().getValue();
      int stored = in.readInt();
      if (computed != stored) {
        throw new CorruptChunkException(
            Reason.BAD_PAYLOAD,
            "image index: checksum is %08X, the bytes give %08X".formatted(stored, computed));
      }
      return new ImageIndex(identity, manifest, crcs, BitSet.valueOf(dense));
    } catch (EOFException e) {
      throw new CorruptChunkException(Reason.TRUNCATED, "image index: ends early");
    }
  }

  private static int denseBytes(Manifest manifest) {
    return Math.toIntExact(Math.ceilDiv(manifest.chunkCount(), 8L));
  }

  private static int[] readCrcs(DataInputStream in, Manifest manifest) throws IOException {
    int[] crcs = new int[Math.toIntExact(manifest.chunkCount())];
    for (int i = 0; i < crcs.length; i++) {
      if (!manifest.chunk(i).isZero()) {
        crcs[i] = in.readInt();
      }
    }
    return crcs;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageIndex that
        && identity.equals(that.identity)
        && manifest.imageId().equals(that.manifest.imageId())
        && Arrays.equals(crcs, that.crcs)
        && dense.equals(that.dense);
  }

  @Override
  public int hashCode() {
    return identity.hashCode();
  }
}
