package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.file.NewFile;
import io.landfall.snapshot.format.file.NonZeroRuns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
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
          new MonolithicSparseWriter(
              file,
              sectors(source),
              HeaderWriter.descriptor(
                  "monolithicSparse", sectors(source), target.getFileName().toString()));
      NonZeroRuns.visit(source, GRAIN_BYTES, progress, writer::append);
      writer.finish();
      file.commit();
    }
  }

  /// Writes a delta: the grains of `content` that differ from those of `parentContent`. Zeros over
  /// data are data. With the two the same, it is an empty delta.
  ///
  /// @param parent what the delta says of the disk that it lies over
  /// @param progress is told how many bytes of the disk are done
  public static void writeDelta(
      BlockDevice content,
      BlockDevice parentContent,
      VmdkParent parent,
      Path target,
      LongConsumer progress)
      throws IOException {
    try (NewFile file = NewFile.at(target)) {
      MonolithicSparseWriter writer = delta(file, sectors(content), parent, target);
      DifferingGrains.visit(content, parentContent, progress, writer::append);
      writer.finish();
      file.commit();
    }
  }

  /// Writes a delta in which nothing differs yet.
  public static void createDelta(long sizeBytes, VmdkParent parent, Path target)
      throws IOException {
    try (NewFile file = NewFile.at(target)) {
      delta(file, Math.ceilDiv(sizeBytes, Sectors.BYTES), parent, target).finish();
      file.commit();
    }
  }

  private static MonolithicSparseWriter delta(
      NewFile file, long sectors, VmdkParent parent, Path target) {
    return new MonolithicSparseWriter(
        file, sectors, HeaderWriter.descriptor(parent, sectors, target.getFileName().toString()));
  }

  /// Writes the descriptor of a disk whose content is a raw file beside it.
  ///
  /// @param sizeBytes of the raw file, whole sectors
  /// @param extent name of the raw file in the descriptor's directory
  /// @return what a delta over this disk has to say of it
  public static VmdkParent writeFlatDescriptor(Path target, String extent, long sizeBytes)
      throws IOException {
    if (sizeBytes % Sectors.BYTES != 0 || !extent.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "%s of %d bytes: expected a plain name and whole sectors".formatted(extent, sizeBytes));
    }
    long sectors = sizeBytes / Sectors.BYTES;
    VmdkParent disk = new VmdkParent(HeaderWriter.contentId(), target.getFileName().toString());
    String line = "RW %d FLAT \"%s\" 0".formatted(sectors, extent);
    try (NewFile file = NewFile.at(target)) {
      byte[] text =
          HeaderWriter.text("monolithicFlat", disk.cid(), Optional.empty(), line, sectors);
      file.write(0, ByteBuffer.wrap(text));
      file.commit();
    }
    return disk;
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
