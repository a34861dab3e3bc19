package io.landfall.transfer.landing;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes that are read of a device.
record CountingDevice(BlockDevice device, AtomicLong readBytes) implements BlockDevice {
  @Override
  public long sizeBytes() {
    return device.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    readBytes.addAndGet(target.remaining());
    device.read(offset, target);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    return device.extents(offset, length, limit);
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
