package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The last three sectors of an extent whose directory lies at its end: a footer marker, the header
/// again with the true place of the directory, an end marker.
///
/// A marker is a sector of its own: u64 sectors that follow, u32 0, u32 type.
final class Footer {
  static final int MARKER_END = 0;
  static final int MARKER_TABLE = 1;
  static final int MARKER_DIRECTORY = 2;
  static final int MARKER_FOOTER = 3;

  private static final int FOOTER_BYTES = 3 * Sectors.BYTES;

  private Footer() {}

  static SparseHeader read(ImageFile file, SparseHeader head) throws IOException {
    long marker = file.sizeBytes() - FOOTER_BYTES;
    requireMarker(file, marker, 1, MARKER_FOOTER);
    requireMarker(file, marker + 2 * Sectors.BYTES, 0, MARKER_END);
    SparseHeader footer = SparseHeader.read(file, marker + Sectors.BYTES);
    boolean same =
        footer.capacity() == head.capacity()
            && footer.grainSectors() == head.grainSectors()
            && footer.tableEntries() == head.tableEntries()
            && footer.flags() == head.flags()
            && footer.descriptorOffset() == head.descriptorOffset()
            && footer.descriptorSectors() == head.descriptorSectors();
    if (!same || footer.directory() == SparseHeader.DIRECTORY_AT_END) {
      throw file.refuse(Reason.INCONSISTENT, "header and footer contradict each other");
    }
    return footer;
  }

  private static void requireMarker(ImageFile file, long offset, long sectors, int type)
      throws IOException {
    ByteBuffer bytes = file.read(offset, Sectors.BYTES, "footer").order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getLong(0) != sectors || bytes.getInt(8) != 0 || bytes.getInt(12) != type) {
      throw file.refuse(
          Reason.TRUNCATED,
          "has no end-of-stream footer at " + offset + "; the file seems to be cut short");
    }
  }
}
