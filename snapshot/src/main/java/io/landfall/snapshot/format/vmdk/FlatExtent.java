package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/// A flat extent: a range of a raw file.
///
/// Any thread.
final class FlatExtent implements BlockDevice {
  private final ImageFile file;
  private final long start;
  private final long sizeBytes;

  private FlatExtent(ImageFile file, long start, long sizeBytes) {
    this.file = file;
    this.start = start;
    this.sizeBytes = sizeBytes;
  }

  /// Takes ownership of `file` when it returns.
  static FlatExtent open(ImageFile file, Descriptor.ExtentLine line) throws IOException {
    long size = line.sectors() * Sectors.BYTES;
    if (line.offset() > Long.MAX_VALUE / Sectors.BYTES) {
      file.requireInside(Long.MAX_VALUE, size, "flat extent");
    }
    file.requireInside(line.offset() * Sectors.BYTES, size, "flat extent");
    return new FlatExtent(file, line.offset() * Sectors.BYTES, size);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes);
    file.readPadded(start + offset, target);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes);
    file.addExtents(start + offset, length, extents);
    return extents.toList();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
