package io.landfall.snapshot.format;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.file.NewFile;
import io.landfall.snapshot.format.file.NonZeroRuns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// Writes a disk as a sparse raw image: what is zero is a hole. The file is complete or absent.
final class RawWriter {
  /// A block of the usual file systems.
  private static final int UNIT_BYTES = 4096;

  private RawWriter() {}

  static void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
    try (NewFile file = NewFile.at(target)) {
      NonZeroRuns.visit(source, UNIT_BYTES, progress, file::write);
      file.extendTo(source.sizeBytes());
      file.commit();
    }
  }
}
