package io.landfall.transfer.lifecycle.qemu;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/// Lines of bounded length from a channel. Not thread-safe.
final class LineReader {
  private final ReadableByteChannel channel;
  private final int maxLineBytes;
  private final ByteBuffer buffer = ByteBuffer.allocate(64 << 10).limit(0);
  private byte[] line = new byte[4 << 10];

  LineReader(ReadableByteChannel channel, int maxLineBytes) {
    this.channel = channel;
    this.maxLineBytes = maxLineBytes;
  }

  /// The next line without its end.
  ///
  /// @throws EOFException if the channel ends before the line does
  /// @throws IOException if the line is longer than allowed
  byte[] next() throws IOException {
    int length = 0;
    while (true) {
      if (!buffer.hasRemaining()) {
        fill();
      }
      int start = buffer.position();
      int end = indexOfNewline(start);
      int more = (end < 0 ? buffer.limit() : end) - start;
      if (length + more > maxLineBytes) {
        throw new IOException("a line of more than %d bytes".formatted(maxLineBytes));
      }
      if (length + more > line.length) {
        line =
            Arrays.copyOf(line, Math.max(length + more, Math.min(2 * line.length, maxLineBytes)));
      }
      buffer.get(line, length, more);
      length += more;
      if (end >= 0) {
        buffer.get();
        return Arrays.copyOf(line, length);
      }
    }
  }

  private void fill() throws IOException {
    buffer.clear();
    int read = channel.read(buffer);
    buffer.flip();
    if (read < 0) {
      throw new EOFException("the other side closed the connection");
    }
  }

  private int indexOfNewline(int from) {
    for (int i = from; i < buffer.limit(); i++) {
      if (buffer.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }
}
