package io.landfall.snapshot.format.file;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/// Walks over a complete disk once, from front to back, and hands out what is not zero. Holes and
/// zero extents are not read; what was read and has only zeros is passed over too.
public final class NonZeroRuns {
  private static final int BUFFER_BYTES = 2 << 20;
  private static final int EXTENTS_PER_STEP = 256;

  /// Takes what is not zero.
  @FunctionalInterface
  public interface Visitor {
    /// A run of whole units; only at the end of the disk it may be short.
    ///
    /// @param offset of the first byte, a multiple of the unit
    /// @param bytes borrowed until this returns
    void visit(long offset, ByteBuffer bytes) throws IOException;
  }

  private final BlockDevice source;
  private final int unitBytes;
  private final LongConsumer progress;
  private final Visitor visitor;
  private final ByteBuffer buffer;

  private NonZeroRuns(BlockDevice source, int unitBytes, LongConsumer progress, Visitor visitor) {
    this.source = source;
    this.unitBytes = unitBytes;
    this.progress = progress;
    this.visitor = visitor;
    this.buffer = ByteBuffer.allocateDirect(Math.max(unitBytes, BUFFER_BYTES));
  }

  /// Visits all of `source`.
  ///
  /// @param unitBytes a power of two; a unit with one byte that is not zero is handed out whole
  /// @param progress is told how many bytes of the disk are done
  public static void visit(
      BlockDevice source, int unitBytes, LongConsumer progress, Visitor visitor)
      throws IOException {
    new NonZeroRuns(source, unitBytes, progress, visitor).run();
  }

  private void run() throws IOException {
    long size = source.sizeBytes();
    long at = 0;
    while (at < size) {
      for (Extent extent : source.extents(at, size - at, EXTENTS_PER_STEP)) {
        if (extent.kind() == Extent.Kind.DATA) {
          at = copy(at, Math.min(size, Math.ceilDiv(extent.end(), unitBytes) * unitBytes));
        } else {
          at = Math.max(at, extent.end() == size ? size : extent.end() / unitBytes * unitBytes);
          progress.accept(at);
        }
      }
    }
  }

  /// @return where it goes on; a unit that an extent shares with the next has been read whole
  private long copy(long start, long end) throws IOException {
    long at = start;
    while (at < end) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
      source.read(at, buffer);
      handOut(at, buffer.flip());
      at += buffer.limit();
      progress.accept(at);
    }
    return at;
  }

  private void handOut(long offset, ByteBuffer bytes) throws IOException {
    int runStart = 0;
    for (int unit = 0; unit < bytes.limit(); unit += unitBytes) {
      int length = Math.min(unitBytes, bytes.limit() - unit);
      if (Zeros.only(bytes.slice(unit, length))) {
        handOutRun(offset, bytes, runStart, unit);
        runStart = unit + length;
      }
    }
    handOutRun(offset, bytes, runStart, bytes.limit());
  }

  private void handOutRun(long offset, ByteBuffer bytes, int start, int end) throws IOException {
    if (start < end) {
      visitor.visit(offset + start, bytes.slice(start, end - start));
    }
  }
}
