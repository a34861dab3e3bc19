package io.landfall.snapshot.device;

import io.landfall.snapshot.device.Extent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/// A layer over its base, read as one disk: where the layer has a `HOLE` the base shows through,
/// and behind the base's end there are zeros.
///
/// Read-only: a layer that can be written knows its base itself, because it must fill up the blocks
/// that a write touches in part. Has the size of the layer. Any thread.
public final class LayeredDevice implements BlockDevice {
  private static final int EXTENTS_PER_STEP = 64;

  private final BlockDevice top;
  private final BlockDevice base;

  private LayeredDevice(BlockDevice top, BlockDevice base) {
    this.top = top;
    this.base = base;
  }

  /// Stacks the two. Takes ownership: closing the result closes both.
  public static LayeredDevice over(BlockDevice top, BlockDevice base) {
    return new LayeredDevice(Objects.requireNonNull(top), Objects.requireNonNull(base));
  }

  @Override
  public long sizeBytes() {
    return top.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long at = offset;
    while (target.hasRemaining()) {
      for (Extent extent : top.extents(at, target.remaining(), EXTENTS_PER_STEP)) {
        int limit = target.limit();
        target.limit(target.position() + (int) extent.length());
        switch (extent.kind()) {
          case DATA -> top.read(extent.offset(), target);
          case ZERO -> Zeros.fill(target);
          case HOLE -> readBase(extent.offset(), target);
        }
        target.limit(limit);
        at = extent.end();
      }
    }
  }

  private void readBase(long offset, ByteBuffer target) throws IOException {
    int inBase = Math.clamp(base.sizeBytes() - offset, 0, target.remaining());
    if (inBase > 0) {
      int limit = target.limit();
      base.read(offset, target.limit(target.position() + inBase));
      target.limit(limit);
    }
    Zeros.fill(target);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector merged = new ExtentCollector(offset, length, limit, sizeBytes());
    while (merged.wantsMore()) {
      for (Extent extent : top.extents(merged.position(), merged.remaining(), EXTENTS_PER_STEP)) {
        if (!merged.wantsMore()) {
          break;
        }
        if (extent.kind() == Kind.HOLE) {
          addBase(merged, extent, limit);
        } else {
          merged.add(extent.kind(), extent.length());
        }
        if (merged.position() < extent.end()) {
          break;
        }
      }
    }
    return merged.toList();
  }

  private void addBase(ExtentCollector merged, Extent hole, int limit) throws IOException {
    long inBase = Math.clamp(base.sizeBytes() - hole.offset(), 0, hole.length());
    if (inBase > 0) {
      for (Extent extent : base.extents(hole.offset(), inBase, Math.min(limit, EXTENTS_PER_STEP))) {
        merged.add(extent.kind(), extent.length());
      }
    }
    if (merged.position() == hole.offset() + inBase) {
      merged.add(Kind.ZERO, hole.length() - inBase);
    }
  }

  @Override
  public void close() throws IOException {
    try (base) {
      top.close();
    }
  }

  @Override
  public String toString() {
    return top + " over " + base;
  }
}
