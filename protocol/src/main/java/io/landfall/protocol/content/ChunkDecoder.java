package io.landfall.protocol.content;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/// Decodes chunks from outside: every bound is checked before a byte is written, with LZ4's safe
/// decompressor and with zstd's bounded one.
///
/// Owns its buffers; belongs to one thread.
public final class ChunkDecoder {

  /// Where a page delta gets the bytes that it changes.
  @FunctionalInterface
  public interface BaseSource {
    /// Fills `target` with the plain bytes of `base`, which must have exactly that length.
    void read(ChunkId base, ByteBuffer target) throws IOException;
  }

  private final LZ4SafeDecompressor lz4 = LZ4Factory.fastestInstance().safeDecompressor();
  private ByteBuffer delta = ByteBuffer.allocate(0);

  /// Creates a decoder for one thread.
  public ChunkDecoder() {}

  /// Writes the plain bytes of `chunk` to `target` and advances it by `rawLength`. The payload's
  /// checksum is checked; whether the bytes are those that the id names is not: see
  /// [#decodeVerified].
  ///
  /// @param target at least `rawLength` bytes remaining; written to even if decoding then fails
  /// @param bases asked once for a page delta, and not at all for other forms
  /// @throws CorruptChunkException if the payload is damaged or does not decode
  public void decode(EncodedChunk chunk, ByteBuffer target, BaseSource bases) throws IOException {
    chunk.requireIntact();
    ChunkHeader header = chunk.header();
    int raw = header.rawLength();
    ByteBuffer plain = target.slice(target.position(), raw);
    switch (header.encoding()) {
      case ZERO -> fillZero(plain);
      case PLAIN -> plain.put(chunk.payload());
      case LZ4, ZSTD -> decompress(chunk, plain, raw, raw);
      case PAGE_DELTA, PAGE_DELTA_ZSTD -> {
        bases.read(header.base(), plain.duplicate());
        int bitmap = PageDelta.bitmapBytes(raw);
        if (delta.capacity() < bitmap + raw) {
          delta = ByteBuffer.allocate(bitmap + raw);
        }
        int length = decompress(chunk, delta.clear(), bitmap, bitmap + raw);
        PageDelta.apply(delta.limit(length), plain.clear(), header.id());
      }
      case SEALED, SEALED_DELTA ->
          throw new CorruptChunkException(
              Reason.UNSUPPORTED,
              "chunk " + header.id() + ": encrypted for a store, and not to be read outside it");
    }
    target.position(target.position() + raw);
  }

  /// Decodes like [#decode] and checks the result against the id, so that what comes back is what
  /// was once stored under that name.
  ///
  /// @throws CorruptChunkException also if the bytes are not the ones that the id names
  public void decodeVerified(EncodedChunk chunk, ByteBuffer target, BaseSource bases)
      throws IOException {
    int from = target.position();
    decode(chunk, target, bases);
    ChunkHeader header = chunk.header();
    requireContent(header.id(), header.level(), target.slice(from, header.rawLength()));
  }

  /// Checks plain bytes against the id that is to name them.
  ///
  /// @param level 0 for guest data; see [ChunkHeader#level]
  /// @throws CorruptChunkException if they are other bytes
  public static void requireContent(ChunkId id, int level, ByteBuffer plain)
      throws CorruptChunkException {
    ChunkId actual;
    if (level > 0) {
      actual = Manifest.nodeId((byte) (level - 1), plain.duplicate());
    } else {
      actual = id.isZero() && Chunks.isZero(plain) ? ChunkId.ZERO : ChunkId.of(plain);
    }
    if (!actual.equals(id)) {
      throw new CorruptChunkException(
          Reason.WRONG_CONTENT, "chunk " + id + ": its bytes have the id " + actual);
    }
  }

  private int decompress(EncodedChunk chunk, ByteBuffer plain, int min, int max)
      throws CorruptChunkException {
    int length =
        chunk.header().encoding().isZstd()
            ? ZstdFrames.decompress(chunk.payload(), plain, max)
            : decompressLz4(chunk.payload(), plain, max);
    if (length < 0) {
      throw new CorruptChunkException(
          Reason.UNDECODABLE,
          "chunk %s: not %s of at most %d bytes"
              .formatted(
                  chunk.header().id(),
                  chunk.header().encoding().isZstd() ? "a zstd frame" : "an LZ4 block",
                  max));
    }
    if (length < min) {
      throw new CorruptChunkException(
          Reason.UNDECODABLE,
          "chunk "
              + chunk.header().id()
              + ": decodes to "
              + length
              + " bytes, expected "
              + min
              + " to "
              + max);
    }
    return length;
  }

  private int decompressLz4(ByteBuffer payload, ByteBuffer plain, int max) {
    try {
      return lz4.decompress(payload, payload.position(), payload.remaining(), plain, 0, max);
    } catch (LZ4Exception e) {
      return -1;
    }
  }

  private static void fillZero(ByteBuffer plain) {
    MemorySegment.ofBuffer(plain).fill((byte) 0);
  }
}
