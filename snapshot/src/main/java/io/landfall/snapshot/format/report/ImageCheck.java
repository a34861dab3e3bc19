package io.landfall.snapshot.format.report;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.ova.OvaArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/// Whether an image is sound: its tables, and that all it holds can be read. `qemu-img check` does
/// not unpack compressed clusters; this does.
///
/// @param dataBytes of the disk that were read
/// @param digests files of an OVA whose digests are what its manifest says
public record ImageCheck(long sizeBytes, long dataBytes, int digests) {
  private static final int BUFFER_BYTES = 1 << 20;

  /// Checks an image, as one layer.
  ///
  /// @param progress is told how many bytes of the disk are done
  /// @throws io.landfall.snapshot.device.CorruptImageException naming the first thing that is wrong
  public static ImageCheck run(ImageName image, LongConsumer progress) throws IOException {
    int digests = 0;
    if (image.format() == ImageFormat.OVA) {
      try (OvaArchive archive = OvaArchive.open(image.path())) {
        digests = archive.verifyDigests();
      }
    }
    try (BlockDevice layer = image.format().openLayer(image.path())) {
      long read = 0;
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      for (Extent extent : DiskMap.of(layer).extents()) {
        if (extent.kind() == Extent.Kind.DATA) {
          read += readAll(layer, extent, buffer, progress);
        }
        progress.accept(extent.end());
      }
      return new ImageCheck(layer.sizeBytes(), read, digests);
    }
  }

  private static long readAll(
      BlockDevice layer, Extent extent, ByteBuffer buffer, LongConsumer progress)
      throws IOException {
    for (long at = extent.offset(); at < extent.end(); at += buffer.capacity()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), extent.end() - at));
      layer.read(at, buffer);
      progress.accept(at);
    }
    return extent.length();
  }
}
