package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.format.file.NewFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Writes a monolithicSparse file:
///
/// ```
/// sector 0     header, written last
/// sector 1     descriptor, 20 sectors
/// sector 21    second directory, its tables; directory, its tables
/// overhead     grains in disk order, from a multiple of 128 sectors on
/// ```
///
/// All tables are there from the start, since the format knows no table that is missing in a file
/// that shall be written later. One thread.
final class MonolithicSparseWriter {
  private static final int TABLE_BYTES = SparseHeader.TABLE_ENTRIES * Integer.BYTES;
  private static final int TABLE_SECTORS = TABLE_BYTES / Sectors.BYTES;
  private static final long MAX_SECTOR = 0xFFFF_FFFFL;

  private final NewFile file;
  private final long sectors;
  private final ByteBuffer descriptor;
  private final int tables;
  private final long secondDirectory;
  private final long firstDirectory;
  private final long overhead;
  private final ByteBuffer table = little(TABLE_BYTES);
  private int tableIndex = -1;
  private long nextSector;

  /// A file with that descriptor, which [HeaderWriter] makes.
  MonolithicSparseWriter(NewFile file, long sectors, ByteBuffer descriptor) {
    this.file = file;
    this.sectors = sectors;
    this.descriptor = descriptor;
    this.tables =
        (int) Math.ceilDiv(sectors, (long) VmdkWriter.GRAIN_SECTORS * SparseHeader.TABLE_ENTRIES);
    this.secondDirectory = HeaderWriter.DESCRIPTOR_SECTOR + HeaderWriter.DESCRIPTOR_SECTORS;
    this.firstDirectory = secondDirectory + directorySectors() + (long) tables * TABLE_SECTORS;
    long tablesEnd = firstDirectory + directorySectors() + (long) tables * TABLE_SECTORS;
    this.overhead =
        Math.ceilDiv(tablesEnd, VmdkWriter.GRAIN_SECTORS) * (long) VmdkWriter.GRAIN_SECTORS;
    this.nextSector = overhead;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long directorySectors() {
    return Math.ceilDiv((long) tables * Integer.BYTES, Sectors.BYTES);
  }

  void append(long offset, ByteBuffer bytes) throws IOException {
    int grains = Math.ceilDiv(bytes.remaining(), VmdkWriter.GRAIN_BYTES);
    if (nextSector + (long) grains * VmdkWriter.GRAIN_SECTORS > MAX_SECTOR) {
      throw new IOException("a sparse VMDK holds at most 2 TiB of data; use qcow2 or raw");
    }
    file.write(nextSector * Sectors.BYTES, bytes);
    for (int i = 0; i < grains; i++) {
      long grain = offset / VmdkWriter.GRAIN_BYTES + i;
      openTable((int) (grain / SparseHeader.TABLE_ENTRIES));
      table.putInt((int) (grain % SparseHeader.TABLE_ENTRIES) * Integer.BYTES, (int) nextSector);
      nextSector += VmdkWriter.GRAIN_SECTORS;
    }
  }

  private void openTable(int index) throws IOException {
    if (index != tableIndex) {
      closeTable();
      tableIndex = index;
    }
  }

  private void closeTable() throws IOException {
    if (tableIndex >= 0) {
      file.write(tableSector(secondDirectory, tableIndex) * Sectors.BYTES, table.clear());
      file.write(tableSector(firstDirectory, tableIndex) * Sectors.BYTES, table.clear());
      table.clear().put(new byte[TABLE_BYTES]);
    }
  }

  private long tableSector(long directory, int index) {
    return directory + directorySectors() + (long) index * TABLE_SECTORS;
  }

  private void writeDirectory(long directory) throws IOException {
    ByteBuffer entries = little(tables * Integer.BYTES);
    for (int i = 0; i < tables; i++) {
      entries.putInt((int) tableSector(directory, i));
    }
    file.write(directory * Sectors.BYTES, entries.flip());
  }

  void finish() throws IOException {
    closeTable();
    writeDirectory(secondDirectory);
    writeDirectory(firstDirectory);
    file.write((long) HeaderWriter.DESCRIPTOR_SECTOR * Sectors.BYTES, descriptor);
    file.extendTo(nextSector * Sectors.BYTES);
    file.write(
        0,
        HeaderWriter.header(
            1, SparseHeader.FLAG_REDUNDANT, sectors, secondDirectory, firstDirectory, overhead));
  }
}
