package io.landfall.snapshot.testing;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.MemoryDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A disk with a volatile cache: what was written since the last flush survives a power cut sector
/// by sector, or not, as chance has it.
public final class PowerCutDevice implements BlockDevice {
  private static final int SECTOR = 512;

  private final MemoryDevice current;
  private final MemoryDevice durable;
  private final List<Sector> cached = new ArrayList<>();
  private final List<IOException> failures = new ArrayList<>();

  private record Sector(long offset, ByteBuffer bytes) {}

  /// A device whose `content` is durable.
  public PowerCutDevice(byte[] content) {
    this.current = MemoryDevice.of(content);
    this.durable = MemoryDevice.of(content);
  }

  /// What is there when the power is back.
  public PowerCutDevice cutPower(Random random) throws IOException {
    for (Sector sector : cached) {
      if (random.nextBoolean()) {
        durable.write(sector.offset, sector.bytes.duplicate());
      }
    }
    return new PowerCutDevice(Contents.of(durable));
  }

  /// The next flush fails with `failure`.
  public void failNextFlush(IOException failure) {
    failures.add(failure);
  }

  @Override
  public long sizeBytes() {
    return current.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    current.read(offset, target);
  }

  @Override
  public void write(long offset, ByteBuffer source) {
    long at = offset;
    while (source.hasRemaining()) {
      int length = (int) Math.min(SECTOR - at % SECTOR, source.remaining());
      ByteBuffer copy = ByteBuffer.allocate(length);
      copy.put(source.slice(source.position(), length)).flip();
      source.position(source.position() + length);
      current.write(at, copy.duplicate());
      cached.add(new Sector(at, copy));
      at += length;
    }
  }

  @Override
  public void zero(long offset, long length) {
    write(offset, ByteBuffer.allocate((int) length));
  }

  @Override
  public void flush() throws IOException {
    if (!failures.isEmpty()) {
      throw failures.removeFirst();
    }
    for (Sector sector : cached) {
      durable.write(sector.offset, sector.bytes.duplicate());
    }
    cached.clear();
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    return current.extents(offset, length, limit);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "disk with a cache";
  }
}
