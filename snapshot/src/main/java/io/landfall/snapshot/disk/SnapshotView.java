package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// A frozen state that somebody reads; says when nobody does any more.
final class SnapshotView implements BlockDevice {
  private final BlockDevice device;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  SnapshotView(BlockDevice device, Runnable onClose) {
    this.device = device;
    this.onClose = onClose;
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
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    return device.extents(offset, length, limit);
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      onClose.run();
      device.close();
    }
  }

  @Override
  public String toString() {
    return device.toString();
  }
}
