package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.file.NewFile;
import io.landfall.snapshot.format.file.NonZeroRuns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// Writes disks as VMDK: streamOptimized, which is what OVF and ESXi take, and monolithicSparse,
/// which hosted products use as it is. What is zero takes no space; the file is complete or absent.
public final class VmdkWriter {
  /// Grains of 64 KiB, as everybody writes them.
  static final int GRAIN_SECTORS = 128;

  static final int GRAIN_BYTES = GRAIN_SECTORS * Sectors.BYTES;

  private VmdkWriter() {}

  /// Writes all of `source`, a complete disk, packed and in one sequential stream.
  ///
  /// @param progress is told how many bytes of the disk are done
  public static void writeStreamOptimized(BlockDevice source, Path target, LongConsumer progress)
      throws IOException {
    try (NewFile file = NewFile.at(target)) {
      long[] at = {0};
      StreamOptimizedWriter.write(
          source,
          target.getFileName().toString(),
          bytes -> {
            int length = bytes.remaining();
            file.write(at[0], bytes);
            at[0] += length;
          },
          progress);
      file.commit();
    }
  }

  /// Writes all of `source`, a complete disk, unpacked.
  ///
  /// @param progress is told how many bytes of the disk are done
  public static void writeMonolithicSparse(BlockDevice source, Path target, LongConsumer progress)
      throws IOException {
    try (NewFile file = NewFile.at(target)) {
      MonolithicSparseWriter writer =
          new MonolithicSparseWriter(file, sectors(source), target.getFileName().toString());
      NonZeroRuns.visit(source, GRAIN_BYTES, progress, writer::append);
      writer.finish();
      file.commit();
    }
  }

  /// The size of a disk in whole sectors.
  static long sectors(BlockDevice source) {
    long sectors = Math.ceilDiv(source.sizeBytes(), Sectors.BYTES);
    long max =
        SparseHeader.MAX_DIRECTORY_ENTRIES * SparseHeader.TABLE_ENTRIES * (long) GRAIN_SECTORS;
    if (sectors < 1 || sectors > max) {
      throw new IllegalArgumentException(
          "VMDK of %d bytes, expected 1 to %d".formatted(source.sizeBytes(), max * Sectors.BYTES));
    }
    return sectors;
  }
}
