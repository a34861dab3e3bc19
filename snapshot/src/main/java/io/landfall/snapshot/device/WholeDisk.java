package io.landfall.snapshot.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A snapshot disk whose extents are those of the whole disk: where nothing was written, the
/// base's.
///
/// @param changes reads as the whole disk, and has holes where nothing was written
/// @param base what shows through them
public record WholeDisk(BlockDevice changes, BlockDevice base) implements BlockDevice {

  @Override
  public long sizeBytes() {
    return changes.sizeBytes();
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    changes.read(offset, target);
  }

  @Override
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    return changes.readCached(offset, target);
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    changes.write(offset, source);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    changes.zero(offset, length);
  }

  @Override
  public void flush() throws IOException {
    changes.flush();
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector whole = new ExtentCollector(offset, length, limit, sizeBytes());
    while (whole.wantsMore()) {
      Extent run = changes.extents(whole.position(), whole.remaining(), 1).getFirst();
      if (run.kind() == Extent.Kind.HOLE) {
        Extent below = base.extents(run.offset(), run.length(), 1).getFirst();
        whole.add(below.kind(), below.length());
      } else {
        whole.add(run.kind(), run.length());
      }
    }
    return whole.toList();
  }

  @Override
  public void close() {}
}
