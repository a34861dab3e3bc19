package io.landfall.snapshot.device;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Zeros: writing them into a buffer, and finding out that a buffer has nothing else.
public final class Zeros {
  private static final int BLOCK_BYTES = 4096;
  private static final MemorySegment BLOCK = MemorySegment.ofArray(new byte[BLOCK_BYTES]);

  private Zeros() {}

  /// Fills what remains of `target`; its position then stands at its limit.
  public static void fill(ByteBuffer target) {
    MemorySegment.ofBuffer(target).fill((byte) 0);
    target.position(target.limit());
  }

  /// Fills the next `length` bytes of `target` and moves its position behind them.
  public static void fill(ByteBuffer target, int length) {
    MemorySegment.ofBuffer(target).asSlice(0, length).fill((byte) 0);
    target.position(target.position() + length);
  }

  /// Whether the remaining bytes are all zero; the position stays. Compares against one block that
  /// stays in the first-level cache.
  public static boolean only(ByteBuffer bytes) {
    MemorySegment segment = MemorySegment.ofBuffer(bytes);
    long end = segment.byteSize();
    for (long at = 0; at < end; at += BLOCK_BYTES) {
      long length = Math.min(BLOCK_BYTES, end - at);
      if (MemorySegment.mismatch(segment, at, at + length, BLOCK, 0, length) >= 0) {
        return false;
      }
    }
    return true;
  }
}
