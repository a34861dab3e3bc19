package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Walks over the entries of a table in the file that are not zero. Holes of the file are passed
/// over unread, so that a table of 32 MiB that nobody wrote costs nothing.
final class TableScan {
  private static final int STEP_BYTES = 64 * 1024;

  /// Takes one entry.
  @FunctionalInterface
  interface Visitor {
    /// Is called in order, without the entries that are zero.
    ///
    /// @param index of the entry in its table
    /// @param entry its first 8 bytes
    /// @param second its other 8 bytes, or 0 if entries have only 8
    void visit(long index, long entry, long second) throws IOException;
  }

  private TableScan() {}

  static void entries(ImageFile file, long offset, long bytes, int entryBytes, Visitor visitor)
      throws IOException {
    ByteBuffer step = ByteBuffer.allocate((int) Math.min(STEP_BYTES, bytes));
    long end = offset + bytes;
    long at = offset;
    while (at < end) {
      long hole = file.holeAt(at);
      if (hole >= STEP_BYTES) {
        at += Math.min(end - at, hole - hole % STEP_BYTES);
        continue;
      }
      step.clear().limit((int) Math.min(step.capacity(), end - at));
      file.readPadded(at, step);
      visit(step.flip(), (at - offset) / entryBytes, entryBytes, visitor);
      at += step.limit();
    }
  }

  private static void visit(ByteBuffer step, long firstIndex, int entryBytes, Visitor visitor)
      throws IOException {
    for (int i = 0; i < step.limit() / entryBytes; i++) {
      long entry = step.getLong(i * entryBytes);
      long second = entryBytes > Long.BYTES ? step.getLong(i * entryBytes + Long.BYTES) : 0;
      if (entry != 0 || second != 0) {
        visitor.visit(firstIndex + i, entry, second);
      }
    }
  }
}
