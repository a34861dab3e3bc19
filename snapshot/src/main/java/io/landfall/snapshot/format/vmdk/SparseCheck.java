package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Checks all tables of a sparse extent once, when it is opened: each lies inside of the file, none
/// over another, no grain over a table, and the two directories say the same.
final class SparseCheck {
  private final ImageFile file;
  private final SparseHeader header;
  private final TableRegions regions = new TableRegions();

  private SparseCheck(ImageFile file, SparseHeader header) {
    this.file = file;
    this.header = header;
  }

  /// Runs the check.
  ///
  /// @return the grain directory
  static int[] run(ImageFile file, SparseHeader header) throws IOException {
    return new SparseCheck(file, header).check();
  }

  private int[] check() throws IOException {
    regions.add(0, 1);
    if (header.overhead() < 0 || header.overhead() > file.sizeBytes() / Sectors.BYTES) {
      throw file.refuse(
          Reason.TRUNCATED,
          "grains start at sector %s, but the file ends at %d"
              .formatted(Long.toUnsignedString(header.overhead()), file.sizeBytes()));
    }
    addRegion(header.descriptorOffset(), header.descriptorSectors(), "descriptor");
    int[] directory = readDirectory(header.directory(), "grain directory");
    boolean redundant = (header.flags() & SparseHeader.FLAG_REDUNDANT) != 0;
    int[] second =
        redundant ? readDirectory(header.redundantDirectory(), "second directory") : null;
    if (!regions.sort()) {
      throw file.refuse(Reason.BAD_POINTER, "tables lie over each other");
    }
    for (int i = 0; i < directory.length; i++) {
      checkTable(i, directory[i], second == null ? directory[i] : second[i]);
    }
    return directory;
  }

  private void addRegion(long sector, long sectors, String what) throws IOException {
    if (sector < 0
        || sectors < 0
        || sectors > file.sizeBytes() / Sectors.BYTES
        || sector > Long.MAX_VALUE / Sectors.BYTES) {
      throw file.refuse(
          Reason.BAD_POINTER,
          "%s at sector %s with %s sectors, but the file ends at %d"
              .formatted(
                  what,
                  Long.toUnsignedString(sector),
                  Long.toUnsignedString(sectors),
                  file.sizeBytes()));
    }
    if (sector == 0 && sectors == 0) {
      return;
    }
    file.requireInside(sector * Sectors.BYTES, sectors * Sectors.BYTES, what);
    regions.add(sector, sector + sectors);
  }

  private int[] readDirectory(long sector, String what) throws IOException {
    int entries = header.directoryEntries();
    long sectors = Math.ceilDiv((long) entries * Integer.BYTES, Sectors.BYTES);
    addRegion(sector, sectors, what);
    ByteBuffer bytes =
        file.read(sector * Sectors.BYTES, entries * Integer.BYTES, what)
            .order(ByteOrder.LITTLE_ENDIAN);
    int[] directory = new int[entries];
    bytes.asIntBuffer().get(directory);
    long tableSectors = Math.ceilDiv(header.tableBytes(), Sectors.BYTES);
    for (int i = 0; i < entries; i++) {
      if (directory[i] != 0) {
        addRegion(Integer.toUnsignedLong(directory[i]), tableSectors, "grain table " + i);
      }
    }
    return directory;
  }

  private void checkTable(int index, int sector, int secondSector) throws IOException {
    if ((sector == 0) != (secondSector == 0)) {
      throw directoriesDiffer(index);
    }
    if (sector == 0) {
      return;
    }
    ByteBuffer table = table(sector, index);
    if (secondSector != sector && !table.equals(table(secondSector, index))) {
      throw directoriesDiffer(index);
    }
    for (int i = 0; i < header.tableEntries(); i++) {
      checkGrain(
          (long) index * header.tableEntries() + i,
          Integer.toUnsignedLong(table.getInt(i * Integer.BYTES)));
    }
  }

  private ByteBuffer table(int sector, int index) throws IOException {
    return file.read(
            Integer.toUnsignedLong(sector) * Sectors.BYTES,
            header.tableBytes(),
            "grain table " + index)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private IOException directoriesDiffer(int index) {
    return file.refuse(Reason.INCONSISTENT, "the two grain directories differ in table " + index);
  }

  private void checkGrain(long grain, long sector) throws IOException {
    if (sector == 0 || (sector == 1 && header.zeroedGrains())) {
      return;
    }
    long sectors = header.compressed() ? 1 : header.grainSectors();
    if (sector * Sectors.BYTES >= file.sizeBytes() || regions.overlaps(sector, sector + sectors)) {
      throw file.refuse(
          Reason.BAD_POINTER,
          "grain %d at sector %d, which is %s"
              .formatted(
                  grain,
                  sector,
                  sector * Sectors.BYTES >= file.sizeBytes()
                      ? "behind the end of the file"
                      : "a table"));
    }
  }
}
