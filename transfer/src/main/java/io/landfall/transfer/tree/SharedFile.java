package io.landfall.transfer.tree;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A file that several pulls read and whoever opened it closes.
///
/// @param file lent
record SharedFile(RawFile file) implements BlockDevice {
  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    file.read(offset, target);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    return file.extents(offset, length, limit);
  }

  @Override
  public void close() {
    // Its owner does.
  }
}
