package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.file.NonZeroRuns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.zip.Deflater;

/// Writes a streamOptimized VMDK from front to back, without a seek:
///
/// ```
/// sector 0      header, version 3, "directory at end"
/// sector 1      descriptor, 20 sectors; zeros up to sector 128
/// sector 128    grain records in disk order: u64 first sector, u32 length, zlib stream, zeros
///               behind the grains of each 32 MiB: table marker, grain table
/// at the end    directory marker, directory, footer marker, header with the true directory, end
/// ```
///
/// This is VMware's own layout, with markers and footer. QEMU writes neither, which is why ESXi and
/// 7-Zip refuse what it writes. One thread; packing uses the common pool.
public final class StreamOptimizedWriter {
  private static final int OVERHEAD_SECTORS = 128;
  private static final int VERSION = 3;
  private static final int FLAGS = SparseHeader.FLAG_COMPRESSED | SparseHeader.FLAG_MARKERS;
  private static final int RECORD_HEADER_BYTES = 12;
  private static final int TABLE_BYTES = SparseHeader.TABLE_ENTRIES * Integer.BYTES;

  /// Takes the bytes of the file in order.
  @FunctionalInterface
  public interface Sink {
    /// Takes all of `bytes`, which are borrowed until this returns.
    void write(ByteBuffer bytes) throws IOException;
  }

  private final Sink sink;
  private final long sectors;
  private final ByteBuffer directory;
  private final ByteBuffer table = little(TABLE_BYTES);
  private int tableIndex = -1;
  private long position;

  private StreamOptimizedWriter(Sink sink, long sectors) {
    this.sink = sink;
    this.sectors = sectors;
    int tables =
        (int) Math.ceilDiv(sectors, (long) VmdkWriter.GRAIN_SECTORS * SparseHeader.TABLE_ENTRIES);
    this.directory = little(Math.ceilDiv(tables * Integer.BYTES, Sectors.BYTES) * Sectors.BYTES);
  }

  /// Writes all of `source`, a complete disk.
  ///
  /// @param name of the file, which its descriptor mentions
  /// @param progress is told how many bytes of the disk are done
  public static void write(BlockDevice source, String name, Sink sink, LongConsumer progress)
      throws IOException {
    StreamOptimizedWriter writer = new StreamOptimizedWriter(sink, VmdkWriter.sectors(source));
    writer.start(name);
    NonZeroRuns.visit(source, VmdkWriter.GRAIN_BYTES, progress, writer::append);
    writer.finish();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void start(String name) throws IOException {
    emit(
        HeaderWriter.header(
            VERSION, FLAGS, sectors, 0, SparseHeader.DIRECTORY_AT_END, OVERHEAD_SECTORS));
    emit(HeaderWriter.descriptor("streamOptimized", sectors, name));
    emit(ByteBuffer.allocate((int) (OVERHEAD_SECTORS * Sectors.BYTES - position)));
  }

  private void append(long offset, ByteBuffer bytes) throws IOException {
    int grains = Math.ceilDiv(bytes.remaining(), VmdkWriter.GRAIN_BYTES);
    List<byte[]> packed =
        IntStream.range(0, grains).parallel().mapToObj(i -> pack(bytes, i)).toList();
    long first = offset / VmdkWriter.GRAIN_BYTES;
    for (int i = 0; i < grains; i++) {
      appendGrain(first + i, packed.get(i));
    }
  }

  /// A grain is always whole, the last one filled up with zeros.
  private static byte[] pack(ByteBuffer bytes, int index) {
    byte[] grain = new byte[VmdkWriter.GRAIN_BYTES];
    int start = index * VmdkWriter.GRAIN_BYTES;
    bytes.get(start, grain, 0, Math.min(grain.length, bytes.limit() - start));
    ByteArrayOutputStream packed = new ByteArrayOutputStream(grain.length);
    byte[] piece = new byte[8192];
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(grain);
      deflater.finish();
      while (!deflater.finished()) {
        packed.write(piece, 0, deflater.deflate(piece));
      }
    }
    return packed.toByteArray();
  }

  private void appendGrain(long grain, byte[] packed) throws IOException {
    openTable((int) (grain / SparseHeader.TABLE_ENTRIES));
    table.putInt((int) (grain % SparseHeader.TABLE_ENTRIES) * Integer.BYTES, sector());
    int bytes = RECORD_HEADER_BYTES + packed.length;
    ByteBuffer record = little(Math.ceilDiv(bytes, Sectors.BYTES) * Sectors.BYTES);
    record.putLong(grain * VmdkWriter.GRAIN_SECTORS).putInt(packed.length).put(packed);
    emit(record.clear());
  }

  private void openTable(int index) throws IOException {
    if (index != tableIndex) {
      closeTable();
      tableIndex = index;
    }
  }

  private void closeTable() throws IOException {
    if (tableIndex >= 0) {
      marker(TABLE_BYTES / Sectors.BYTES, Footer.MARKER_TABLE);
      directory.putInt(tableIndex * Integer.BYTES, sector());
      emit(table.clear());
      table.clear().put(new byte[TABLE_BYTES]);
    }
  }

  private void finish() throws IOException {
    closeTable();
    marker(directory.capacity() / Sectors.BYTES, Footer.MARKER_DIRECTORY);
    long place = Integer.toUnsignedLong(sector());
    emit(directory.clear());
    marker(1, Footer.MARKER_FOOTER);
    emit(HeaderWriter.header(VERSION, FLAGS, sectors, 0, place, OVERHEAD_SECTORS));
    marker(0, Footer.MARKER_END);
  }

  private void marker(long sectorsBehind, int type) throws IOException {
    emit(little(Sectors.BYTES).putLong(0, sectorsBehind).putInt(12, type));
  }

  private int sector() throws IOException {
    long sector = position / Sectors.BYTES;
    if (sector > 0xFFFF_FFFFL) {
      throw new IOException("a sparse VMDK holds at most 2 TiB of data; use qcow2 or raw");
    }
    return (int) sector;
  }

  private void emit(ByteBuffer bytes) throws IOException {
    position += bytes.remaining();
    sink.write(bytes);
  }
}
