package io.landfall.transfer.session;

import io.landfall.protocol.content.Chunks;
import java.nio.ByteBuffer;

/// Finds the zero pages in a buffer of image bytes.
final class ZeroRuns {

  /// Takes one run, `[from, to)` of the buffer.
  interface Visitor {
    void run(boolean zero, int from, int to);
  }

  private ZeroRuns() {}

  /// Cuts the remaining bytes of `bytes`, which are the image's from `offset` on, into runs of zero
  /// pages and of others. Pages are those of the image; parts of one at either end count as pages.
  static void split(long offset, ByteBuffer bytes, Visitor visitor) {
    int start = bytes.position();
    int end = bytes.limit();
    int runStart = start;
    boolean runZero = false;
    int at = start;
    while (at < end) {
      long image = offset + at - start;
      int pageEnd =
          (int) Math.min(end, at + Chunks.PAGE_SIZE_BYTES - image % Chunks.PAGE_SIZE_BYTES);
      boolean zero = Chunks.isZero(bytes.duplicate().position(at).limit(pageEnd));
      if (at > runStart && zero != runZero) {
        visitor.run(runZero, runStart - start, at - start);
        runStart = at;
      }
      runZero = zero;
      at = pageEnd;
    }
    if (end > runStart) {
      visitor.run(runZero, runStart - start, end - start);
    }
  }
}
