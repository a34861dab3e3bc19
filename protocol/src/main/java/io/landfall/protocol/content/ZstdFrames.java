package io.landfall.protocol.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/// Chunks as zstd frames, by arrays: a chunk is small, and a native context that somebody must free
/// is not worth the copy that it spares.
///
/// Belongs to one thread.
final class ZstdFrames implements Compression.Compressor {
  /// What zstd itself takes for granted; higher levels cost more than they save on guest data.
  private static final int LEVEL = 3;

  private byte[] copied = new byte[0];

  @Override
  public int maxLength(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  @Override
  public int compress(ByteBuffer source, int from, int length, ByteBuffer target) {
    Run plain = source.hasArray() ? Run.of(source, from, length) : copied(source, from, length);
    long written =
        Zstd.compressByteArray(
            target.array(),
            target.arrayOffset(),
            target.capacity(),
            plain.array,
            plain.offset,
            length,
            LEVEL);
    return (int) written;
  }

  /// Bytes of a buffer without an array, in one that every chunk uses again.
  private Run copied(ByteBuffer source, int from, int length) {
    if (copied.length < length) {
      copied = new byte[length];
    }
    source.get(from, copied, 0, length);
    return new Run(copied, 0);
  }

  /// Decompresses `source` to the start of `target`.
  ///
  /// @param max bytes that may be written; more in the frame is an error
  /// @return how many bytes were written, or a negative number if `source` is not a zstd frame of
  ///   at most `max` bytes
  static int decompress(ByteBuffer source, ByteBuffer target, int max) {
    Run frame = Run.of(source, source.position(), source.remaining());
    byte[] plain = target.hasArray() ? target.array() : new byte[max];
    int plainAt = target.hasArray() ? target.arrayOffset() : 0;
    long written;
    try {
      written =
          Zstd.decompressByteArray(
              plain, plainAt, max, frame.array, frame.offset, source.remaining());
    } catch (ZstdException e) {
      return -1;
    }
    if (!target.hasArray()) {
      target.put(0, plain, 0, (int) written);
    }
    return (int) written;
  }

  /// Bytes of a buffer as a part of an array: the buffer's own, or a copy.
  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  private record Run(byte[] array, int offset) {
    static Run of(ByteBuffer buffer, int from, int length) {
      if (buffer.hasArray()) {
        return new Run(buffer.array(), buffer.arrayOffset() + from);
      }
      byte[] copy = new byte[length];
      buffer.get(from, copy);
      return new Run(copy, 0);
    }
  }
}
