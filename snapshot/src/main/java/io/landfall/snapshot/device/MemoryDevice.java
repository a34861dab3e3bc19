package io.landfall.snapshot.device;

import io.landfall.snapshot.device.Extent.Kind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;

/// A device in memory, sparse by pages of 4 KiB: a page that was never written, or was zeroed as a
/// whole, is a `HOLE` and takes no memory.
///
/// Complete, not a mock: small things live here, and tests. Any thread.
public final class MemoryDevice implements BlockDevice {
  private static final int PAGE_BYTES = 4096;

  private final long sizeBytes;
  private final NavigableMap<Long, byte[]> pages = new ConcurrentSkipListMap<>();

  /// A device of `sizeBytes` that is one hole.
  public MemoryDevice(long sizeBytes) {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("device of " + sizeBytes + " bytes, expected 0 or more");
    }
    this.sizeBytes = sizeBytes;
  }

  /// A device that holds a copy of `content`.
  public static MemoryDevice of(byte[] content) {
    MemoryDevice device = new MemoryDevice(content.length);
    device.write(0, ByteBuffer.wrap(content));
    return device;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes);
    long at = offset;
    while (target.hasRemaining()) {
      int start = (int) (at % PAGE_BYTES);
      int length = Math.min(PAGE_BYTES - start, target.remaining());
      byte[] page = pages.get(at / PAGE_BYTES);
      if (page == null) {
        Zeros.fill(target, length);
      } else {
        target.put(page, start, length);
      }
      at += length;
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) {
    Objects.checkFromIndexSize(offset, (long) source.remaining(), sizeBytes);
    long at = offset;
    while (source.hasRemaining()) {
      int start = (int) (at % PAGE_BYTES);
      int length = Math.min(PAGE_BYTES - start, source.remaining());
      source.get(pages.computeIfAbsent(at / PAGE_BYTES, _ -> new byte[PAGE_BYTES]), start, length);
      at += length;
    }
  }

  @Override
  public void zero(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes);
    long end = offset + length;
    long firstWhole = Math.ceilDiv(offset, PAGE_BYTES);
    long lastWhole = end == sizeBytes ? Math.ceilDiv(end, PAGE_BYTES) : end / PAGE_BYTES;
    if (firstWhole < lastWhole) {
      pages.subMap(firstWhole, lastWhole).clear();
      zeroPart(offset, firstWhole * PAGE_BYTES);
      zeroPart(lastWhole * PAGE_BYTES, end);
    } else {
      zeroPart(offset, end);
    }
  }

  private void zeroPart(long start, long end) {
    for (long at = start; at < end; at = at / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES) {
      byte[] page = pages.get(at / PAGE_BYTES);
      if (page != null) {
        long pageEnd = at / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES;
        int length = (int) (Math.min(end, pageEnd) - at);
        Zeros.fill(ByteBuffer.wrap(page, (int) (at % PAGE_BYTES), length));
      }
    }
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes);
    while (extents.wantsMore()) {
      long at = extents.position();
      Long next = pages.ceilingKey(at / PAGE_BYTES);
      long data = next == null ? sizeBytes : next * PAGE_BYTES;
      if (data > at) {
        extents.add(Kind.HOLE, data - at);
      } else {
        extents.add(Kind.DATA, data + PAGE_BYTES - at);
      }
    }
    return extents.toList();
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "memory device of " + sizeBytes + " bytes";
  }
}
