package io.landfall.transfer.lifecycle.qemu;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// Copies a file's data and leaves its holes holes: memory is mostly zeros.
final class SparseCopy {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int EXTENTS = 256;

  private SparseCopy() {}

  /// Puts a copy at `to`, in the place of whatever is there.
  static void copy(Path from, Path to) throws IOException {
    Files.deleteIfExists(to);
    try (RawFile source = RawFile.open(from);
        RawFile target = RawFile.create(to, source.sizeBytes())) {
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
      long at = 0;
      while (at < source.sizeBytes()) {
        for (Extent extent : source.extents(at, source.sizeBytes() - at, EXTENTS)) {
          if (extent.kind() == Extent.Kind.DATA) {
            copyExtent(source, target, extent, piece);
          }
          at = extent.end();
        }
      }
    }
  }

  private static void copyExtent(
      BlockDevice source, BlockDevice target, Extent extent, ByteBuffer piece) throws IOException {
    for (long at = extent.offset(); at < extent.end(); at += PIECE_BYTES) {
      piece.clear().limit((int) Math.min(PIECE_BYTES, extent.end() - at));
      source.read(at, piece);
      target.write(at, piece.flip());
    }
  }
}
