package io.landfall.protocol.content;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Encodes chunks in the shortest of the forms: plain, compressed, or a page delta over a base.
///
/// Everything that was compressed is decoded again and compared with the source before it is handed
/// out: a compressor that writes what cannot be read back is found while the source still exists
/// (restic had to add this after one did, in the field), at LZ4's 3 GB/s.
///
/// Owns its buffers; belongs to one thread. What it returns lives until its next call, and a plain
/// form is a view of the caller's buffer.
public final class ChunkEncoder {
  /// A page delta must be at most this share of the full form, in percent: below it, the second
  /// read that a delta costs buys enough.
  static final int MAX_DELTA_PERCENT = 70;

  /// A delta of at most this share of the raw bytes (32 KiB of 256) is taken without the full form
  /// being computed. Its pages are some of the full form's, so that one would hardly be shorter; at
  /// worst a read costs a second one that bought little. Computing it was a sixth of the time that
  /// the next version of a disk takes.
  static final int SURE_DELTA_SHARE = 8;

  /// Compression must save one byte in this many, or the plain form, which costs nothing to read,
  /// is kept.
  static final int MIN_SAVING_SHARE = 16;

  private final Compression compression;
  private final Compression.Compressor compressor;
  private final ChunkDecoder check = new ChunkDecoder();
  private ByteBuffer full = ByteBuffer.allocate(0);
  private ByteBuffer delta = ByteBuffer.allocate(0);
  private ByteBuffer diff = ByteBuffer.allocate(0);
  private ByteBuffer decoded = ByteBuffer.allocate(0);

  /// Creates an encoder for one thread that compresses with LZ4.
  public ChunkEncoder() {
    this(Compression.LZ4);
  }

  /// Creates an encoder for one thread.
  public ChunkEncoder(Compression compression) {
    this.compression = compression;
    this.compressor = compression.compressor();
  }

  /// Encodes guest data in full; zeros, whose id is [ChunkId#ZERO], become the zero form.
  ///
  /// @param id names the remaining bytes of `plain`, whose position is left alone
  public EncodedChunk encode(ChunkId id, ByteBuffer plain) throws IOException {
    return id.isZero() ? EncodedChunk.zero(plain.remaining()) : encodeFull(id, 0, plain);
  }

  /// Encodes a manifest node.
  ///
  /// @param level at least 1; see [Manifest#forEachNode]
  public EncodedChunk encodeNode(ChunkId id, int level, ByteBuffer childIds) throws IOException {
    return encodeFull(id, level, childIds);
  }

  /// Encodes guest data as a page delta over `base` where that pays, and in full otherwise.
  ///
  /// @param baseId a chunk that is stored in full
  /// @param base its plain bytes; without the length of `plain`, no delta is tried
  public EncodedChunk encode(ChunkId id, ByteBuffer plain, ChunkId baseId, ByteBuffer base)
      throws IOException {
    int raw = plain.remaining();
    if (id.isZero() || baseId.isZero() || baseId.equals(id) || base.remaining() != raw) {
      return encode(id, plain);
    }
    diff = room(diff, PageDelta.bitmapBytes(raw) + raw);
    int changed = PageDelta.diff(plain, base, diff);
    if (changed > share(raw)) {
      return encodeFull(id, 0, plain);
    }
    delta = room(delta, compressor.maxLength(diff.limit()));
    int length = compressor.compress(diff, 0, diff.limit(), delta);
    if (length > raw / SURE_DELTA_SHARE) {
      EncodedChunk inFull = encodeFull(id, 0, plain);
      if (length > share(inFull.header().payloadLength())) {
        return inFull;
      }
    }
    return checked(form(compression.delta(), 0, raw, id, baseId, delta, length), plain, base);
  }

  private EncodedChunk encodeFull(ChunkId id, int level, ByteBuffer plain) throws IOException {
    int raw = plain.remaining();
    full = room(full, compressor.maxLength(raw));
    int length = compressor.compress(plain, plain.position(), raw, full);
    if (length > raw - Math.max(1, raw / MIN_SAVING_SHARE)) {
      return form(ChunkEncoding.PLAIN, level, raw, id, ChunkId.ZERO, plain, raw);
    }
    return checked(
        form(compression.full(), level, raw, id, ChunkId.ZERO, full, length), plain, plain);
  }

  private static EncodedChunk form(
      ChunkEncoding encoding,
      int level,
      int raw,
      ChunkId id,
      ChunkId base,
      ByteBuffer bytes,
      int length) {
    ByteBuffer payload = bytes.slice(bytes.position(), length);
    int crc = ChunkHeader.crc(payload.duplicate());
    return new EncodedChunk(new ChunkHeader(encoding, level, raw, length, id, base, crc), payload);
  }

  private EncodedChunk checked(EncodedChunk chunk, ByteBuffer plain, ByteBuffer base)
      throws IOException {
    decoded = room(decoded, plain.remaining());
    check.decode(chunk, decoded, (id, target) -> target.put(base.duplicate()));
    if (!decoded.flip().equals(plain)) {
      throw new CorruptChunkException(
          CorruptChunkException.Reason.UNDECODABLE,
          "chunk "
              + chunk.header().id()
              + ": "
              + chunk.header().encoding()
              + " bytes just written do not decode to their source; suspect memory or codec");
    }
    return chunk;
  }

  private static long share(int bytes) {
    return (long) bytes * MAX_DELTA_PERCENT / 100;
  }

  /// A cleared buffer of at least `bytes`; each kind grows to the largest chunk and stays.
  private static ByteBuffer room(ByteBuffer buffer, int bytes) {
    return buffer.capacity() >= bytes ? buffer.clear() : ByteBuffer.allocate(bytes);
  }
}
