package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A device that belongs to somebody else, or that is exchanged for another with the same content:
/// what the writable layer has below it. Closing it does nothing.
final class Lower implements BlockDevice {
  private volatile BlockDevice device;

  Lower(BlockDevice device) {
    this.device = device;
  }

  void set(BlockDevice exchanged) {
    device = exchanged;
  }

  @Override
  public long sizeBytes() {
    return device.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    device.read(offset, target);
  }

  @Override
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    return device.readCached(offset, target);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    return device.extents(offset, length, limit);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return device.toString();
  }
}
