package io.landfall.protocol.content;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.nio.ByteBuffer;

/// The plain form of a page delta: which 4 KiB pages differ from the base, and those pages.
///
/// Shape: a bitmap of one bit a page, `ceil(pages / 8)` bytes, page `i` being bit `i % 8` (from the
/// lowest) of byte `i / 8`; then the changed pages in order, the last one short if the chunk ends
/// in it. Unused bits of the bitmap are 0.
final class PageDelta {
  private PageDelta() {}

  static int bitmapBytes(int rawLength) {
    return Math.ceilDiv(pages(rawLength), Byte.SIZE);
  }

  /// Fills `target` from its start and flips it; returns how many bytes of pages differ.
  static int diff(ByteBuffer plain, ByteBuffer base, ByteBuffer target) {
    int rawLength = plain.remaining();
    int bitmap = bitmapBytes(rawLength);
    target.clear();
    for (int i = 0; i < bitmap; i++) {
      target.put((byte) 0);
    }
    for (int page = 0; page < pages(rawLength); page++) {
      int at = page * Chunks.PAGE_SIZE_BYTES;
      int length = Math.min(Chunks.PAGE_SIZE_BYTES, rawLength - at);
      ByteBuffer now = plain.slice(plain.position() + at, length);
      if (now.mismatch(base.slice(base.position() + at, length)) >= 0) {
        int index = page / Byte.SIZE;
        target.put(index, (byte) (target.get(index) | 1 << page % Byte.SIZE));
        target.put(now);
      }
    }
    target.flip();
    return target.limit() - bitmap;
  }

  /// Replaces the changed pages in `plain`, which holds the base's bytes.
  static void apply(ByteBuffer delta, ByteBuffer plain, ChunkId id) throws CorruptChunkException {
    int rawLength = plain.remaining();
    int from = plain.position();
    int bitmap = bitmapBytes(rawLength);
    requireLength(delta, bitmap, rawLength, id);
    ByteBuffer changed = delta.duplicate().position(delta.position() + bitmap);
    for (int page = 0; page < pages(rawLength); page++) {
      if (isSet(delta, page)) {
        int at = page * Chunks.PAGE_SIZE_BYTES;
        int length = Math.min(Chunks.PAGE_SIZE_BYTES, rawLength - at);
        plain.put(from + at, changed, changed.position(), length);
        changed.position(changed.position() + length);
      }
    }
  }

  private static void requireLength(ByteBuffer delta, int bitmap, int rawLength, ChunkId id)
      throws CorruptChunkException {
    long expected = bitmap;
    boolean strayBit = delta.remaining() < bitmap;
    for (int page = 0; !strayBit && page < bitmap * Byte.SIZE; page++) {
      if (isSet(delta, page)) {
        strayBit = page >= pages(rawLength);
        expected += Math.min(Chunks.PAGE_SIZE_BYTES, rawLength - page * Chunks.PAGE_SIZE_BYTES);
      }
    }
    if (strayBit || delta.remaining() != expected) {
      throw new CorruptChunkException(
          Reason.UNDECODABLE,
          "chunk " + id + ": a page delta of " + delta.remaining() + " bytes fits no bitmap in it");
    }
  }

  private static boolean isSet(ByteBuffer delta, int page) {
    return (delta.get(delta.position() + page / Byte.SIZE) >> page % Byte.SIZE & 1) != 0;
  }

  private static int pages(int rawLength) {
    return Math.ceilDiv(rawLength, Chunks.PAGE_SIZE_BYTES);
  }
}
