package io.landfall.transfer.landing;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// A device whose medium fails, or whose host dies, after so many bytes were read.
final class FailingDevice implements BlockDevice {
  private final BlockDevice device;
  private final AtomicLong left;
  private final Runnable whenSpent;
  private boolean spent; // guarded by this

  FailingDevice(BlockDevice device, long bytes) {
    this(device, bytes, () -> {});
  }

  /// Runs `whenSpent` once, in the reader, when the bytes are spent.
  FailingDevice(BlockDevice device, long bytes, Runnable whenSpent) {
    this.device = device;
    this.left = new AtomicLong(bytes);
    this.whenSpent = whenSpent;
  }

  @Override
  public long sizeBytes() {
    return device.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    if (left.addAndGet(-target.remaining()) < 0) {
      // No reader is told of the failure before that has run: a host that dies answers nobody.
      synchronized (this) {
        if (!spent) {
          spent = true;
          whenSpent.run();
        }
      }
      throw new IOException("the medium failed");
    }
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
