package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.Zeros;
import io.landfall.snapshot.format.file.BoundedCache;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Objects;

/// A sparse extent: a directory of grain tables, each of up to 512 grains; plain, or packed with
/// the directory at either end.
///
/// Any thread. Memory: 4 bytes per grain table, 4 MiB of tables and 4 MiB of unpacked grains.
final class SparseExtent implements BlockDevice {
  private static final int NOT_HERE = 0;
  private static final int ZERO_GRAIN = 1;
  private static final long CACHE_BYTES = 4L << 20;

  private final ImageFile file;
  private final SparseHeader header;
  private final int[] directory;
  private final GrainReader packed;
  private final BoundedCache<IntBuffer> tables;

  private SparseExtent(ImageFile file, SparseHeader header, int[] directory) {
    this.file = file;
    this.header = header;
    this.directory = directory;
    this.packed = new GrainReader(file, header);
    this.tables =
        new BoundedCache<>(CACHE_BYTES, table -> Math.max(256, table.capacity() * Integer.BYTES));
  }

  /// Checks all of its tables. Takes ownership of `file` when it returns.
  static SparseExtent open(ImageFile file) throws IOException {
    SparseHeader header = SparseHeader.read(file, 0);
    if (header.directory() == SparseHeader.DIRECTORY_AT_END) {
      header = Footer.read(file, header);
    }
    return new SparseExtent(file, header, SparseCheck.run(file, header));
  }

  SparseHeader header() {
    return header;
  }

  /// The embedded descriptor's bytes, or none.
  byte[] descriptor() throws IOException {
    long bytes = header.descriptorSectors() * Sectors.BYTES;
    if (header.descriptorOffset() == 0) {
      return new byte[0];
    }
    // The check of the tables has found both inside of the file.
    if (bytes > Descriptor.MAX_BYTES) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "a descriptor of " + bytes + " bytes, at most " + Descriptor.MAX_BYTES);
    }
    ByteBuffer text =
        file.read(header.descriptorOffset() * Sectors.BYTES, (int) bytes, "descriptor");
    byte[] copy = new byte[text.remaining()];
    text.get(copy);
    return copy;
  }

  @Override
  public long sizeBytes() {
    return header.capacity() * Sectors.BYTES;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long at = offset;
    while (target.hasRemaining()) {
      long grain = at / header.grainBytes();
      int inGrain = (int) (at % header.grainBytes());
      int length = (int) Math.min(target.remaining(), header.grainBytes() - inGrain);
      int entry = entry(grain);
      if (kind(entry) != Kind.DATA) {
        Zeros.fill(target, length);
      } else if (header.compressed()) {
        target.put(packed.grain(grain, Integer.toUnsignedLong(entry)), inGrain, length);
      } else {
        int limit = target.limit();
        long host = Integer.toUnsignedLong(entry) * Sectors.BYTES + inGrain;
        file.readPadded(host, target.limit(target.position() + length));
        target.limit(limit);
      }
      at += length;
    }
  }

  private Kind kind(int entry) {
    if (entry == NOT_HERE) {
      return Kind.HOLE;
    }
    return entry == ZERO_GRAIN && header.zeroedGrains() ? Kind.ZERO : Kind.DATA;
  }

  private int entry(long grain) throws IOException {
    int tableIndex = (int) (grain / header.tableEntries());
    int table = directory[tableIndex];
    return table == NOT_HERE ? NOT_HERE : table(table).get((int) (grain % header.tableEntries()));
  }

  private IntBuffer table(int sector) throws IOException {
    return tables.get(
        Integer.toUnsignedLong(sector),
        key ->
            file.read(key * Sectors.BYTES, header.tableBytes(), "grain table")
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer());
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes());
    while (extents.wantsMore()) {
      long grain = extents.position() / header.grainBytes();
      int tableIndex = (int) (grain / header.tableEntries());
      if (directory[tableIndex] == NOT_HERE) {
        long end = (tableIndex + 1L) * header.tableSpan() * Sectors.BYTES;
        extents.add(Kind.HOLE, end - extents.position());
      } else {
        extents.add(kind(entry(grain)), (grain + 1) * header.grainBytes() - extents.position());
      }
    }
    return extents.toList();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
