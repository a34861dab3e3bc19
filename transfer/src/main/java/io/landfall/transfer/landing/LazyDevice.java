package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/// An image that lands, as readers see it. What has not arrived is data: never a hole. Closing it
/// does nothing.
final class LazyDevice implements BlockDevice {
  private final Manifest image;
  private final RangeSet everything;
  private final RawFile file;
  private final Need need;

  /// Returns when a range is in the file.
  @FunctionalInterface
  interface Need {
    void of(Range range) throws IOException;
  }

  LazyDevice(Manifest image, RangeSet everything, RawFile file, Need need) {
    this.image = image;
    this.everything = everything;
    this.file = file;
    this.need = need;
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer bytes) throws IOException {
    Objects.checkFromIndexSize(offset, (long) bytes.remaining(), sizeBytes());
    if (bytes.hasRemaining()) {
      need.of(new Range(offset, bytes.remaining()));
      file.read(offset, bytes);
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes());
    for (Range data :
        everything.intersect(RangeSet.of(List.of(new Range(offset, length)))).ranges()) {
      extents.add(Extent.Kind.ZERO, data.offset() - extents.position());
      extents.add(Extent.Kind.DATA, data.length());
    }
    extents.add(Extent.Kind.ZERO, extents.remaining());
    return extents.toList();
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "image " + image.imageId() + ", landing";
  }
}
