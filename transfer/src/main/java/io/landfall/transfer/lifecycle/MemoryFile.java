package io.landfall.transfer.lifecycle;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// Saved memory on its way back into a VM's own memory file.
public final class MemoryFile {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int EXTENTS = 256;

  private MemoryFile() {}

  /// Puts saved memory where a VM keeps its own, if it does not lie there already. Holes stay
  /// holes: memory is mostly zeros.
  ///
  /// @return whether a copy was made
  /// @throws VmException if it is not as large as the VM's memory
  public static boolean place(Path saved, VmSpec spec) throws IOException {
    long size = Files.size(saved);
    if (size != spec.memoryBytes()) {
      throw new VmException(
          VmException.Reason.FAILED_TO_RESTORE,
          "%s: %d bytes of memory, expected %d".formatted(saved, size, spec.memoryBytes()));
    }
    if (Files.exists(spec.memoryFile()) && Files.isSameFile(saved, spec.memoryFile())) {
      return false;
    }
    Files.deleteIfExists(spec.memoryFile());
    copy(saved, spec.memoryFile());
    return true;
  }

  private static void copy(Path from, Path to) throws IOException {
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
