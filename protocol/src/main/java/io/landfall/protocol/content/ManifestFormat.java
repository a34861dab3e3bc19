package io.landfall.protocol.content;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// The flat form of a manifest, for files beside an image and for sending one whole.
///
/// ```
///  0  4  magic           4C 46 4D 46  "LFMF"
///  4  4  version         1
///  8  8  sizeBytes
/// 16  4  chunkSizeBytes
/// 20 32  imageId         binds size, geometry and every id that follows
/// 52     runs            (zeros u32, ids u32, ids * 32 bytes) until every chunk is named
/// ```
///
/// A sparse terabyte costs as much as its data: runs of zero chunks are a number. The image id is
/// recomputed on reading, so a flipped bit anywhere is found without a checksum of its own.
public final class ManifestFormat {
  private static final int MAGIC = 0x4C464D46;
  private static final int VERSION = 1;

  private ManifestFormat() {}

  /// Writes `manifest` and leaves the stream open.
  public static void write(Manifest manifest, OutputStream target) throws IOException {
    DataOutputStream out = new DataOutputStream(target);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(manifest.sizeBytes());
    out.writeInt(manifest.chunkSizeBytes());
    out.write(manifest.imageId().digest().toBytes());
    long count = manifest.chunkCount();
    for (long at = 0; at < count; ) {
      int zeros = runLength(manifest, at, true);
      int named = runLength(manifest, at + zeros, false);
      out.writeInt(zeros);
      out.writeInt(named);
      for (int i = 0; i < named; i++) {
        out.write(manifest.chunk(at + zeros + i).toBytes());
      }
      at += (long) zeros + named;
    }
    out.flush();
  }

  private static int runLength(Manifest manifest, long from, boolean zero) {
    int length = 0;
    while (from + length < manifest.chunkCount()
        && length < Integer.MAX_VALUE
        && manifest.chunk(from + length).isZero() == zero) {
      length++;
    }
    return length;
  }

  /// Reads a manifest and leaves the stream behind it.
  ///
  /// @param maxImageBytes the largest image to accept; 32 bytes a chunk are allocated for it
  /// @throws CorruptChunkException if the bytes are not a manifest, or one of a larger image
  public static Manifest read(InputStream source, long maxImageBytes) throws IOException {
    DataInputStream in = new DataInputStream(source);
    try {
      requireVersion(in.readInt(), in.readInt());
      long sizeBytes = in.readLong();
      int chunkSizeBytes = in.readInt();
      requireGeometry(sizeBytes, chunkSizeBytes, maxImageBytes);
      ImageId imageId = new ImageId(readId(in));
      Manifest manifest =
          readRuns(in, Manifest.builder(sizeBytes, chunkSizeBytes), sizeBytes, chunkSizeBytes);
      if (!manifest.imageId().equals(imageId)) {
        throw new CorruptChunkException(
            Reason.WRONG_CONTENT,
            "manifest: announces image " + imageId + ", its chunk ids give " + manifest.imageId());
      }
      return manifest;
    } catch (EOFException e) {
      throw new CorruptChunkException(Reason.TRUNCATED, "manifest: ends before its last chunk id");
    }
  }

  private static void requireVersion(int magic, int version) throws CorruptChunkException {
    if (magic != MAGIC) {
      throw new CorruptChunkException(
          Reason.WRONG_MAGIC,
          "manifest: starts with %08X, expected %08X (\"LFMF\")".formatted(magic, MAGIC));
    }
    if (version != VERSION) {
      throw new CorruptChunkException(
          Reason.UNSUPPORTED,
          "manifest: version " + version + ", this version of Landfall reads " + VERSION);
    }
  }

  private static void requireGeometry(long size, int chunkSize, long max)
      throws CorruptChunkException {
    if (size < 0 || size > max) {
      throw new CorruptChunkException(
          Reason.INCONSISTENT, "manifest: image of " + size + " bytes, expected 0 to " + max);
    }
    try {
      Chunks.requireChunkSize(chunkSize);
    } catch (IllegalArgumentException e) {
      throw new CorruptChunkException(Reason.INCONSISTENT, "manifest: " + e.getMessage());
    }
  }

  private static Manifest readRuns(
      DataInputStream in, Manifest.Builder manifest, long sizeBytes, int chunkSizeBytes)
      throws IOException {
    long count = Chunks.count(sizeBytes, chunkSizeBytes);
    for (long at = 0; at < count; ) {
      long zeros = Integer.toUnsignedLong(in.readInt());
      long named = Integer.toUnsignedLong(in.readInt());
      if (zeros + named == 0 || zeros + named > count - at) {
        throw new CorruptChunkException(
            Reason.INCONSISTENT,
            "manifest: a run of "
                + zeros
                + " + "
                + named
                + " chunks where "
                + (count - at)
                + " remain");
      }
      at += zeros;
      for (long i = 0; i < named; i++) {
        manifest.put(at++, readId(in));
      }
    }
    return manifest.build();
  }

  private static ChunkId readId(DataInputStream in) throws IOException {
    byte[] id = new byte[ChunkId.SIZE_BYTES];
    in.readFully(id);
    return ChunkId.readFrom(ByteBuffer.wrap(id));
  }
}
