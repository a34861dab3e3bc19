package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.BoundedCache;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Unpacks the grains of a stream-optimized extent. A grain is a record: u64 first sector on the
/// disk, u32 length, then a zlib stream of that length.
///
/// Any thread.
final class GrainReader {
  private static final int RECORD_HEADER_BYTES = 12;
  private static final long CACHE_BYTES = 4L << 20;

  private final ImageFile file;
  private final SparseHeader header;
  private final BoundedCache<byte[]> grains =
      new BoundedCache<>(CACHE_BYTES, grain -> grain.length);

  GrainReader(ImageFile file, SparseHeader header) {
    this.file = file;
    this.header = header;
  }

  /// The plain bytes of grain number `grain`, whose record is at `sector`; shared, not to be
  /// changed.
  byte[] grain(long grain, long sector) throws IOException {
    return grains.get(grain, _ -> unpack(grain, sector));
  }

  private byte[] unpack(long grain, long sector) throws IOException {
    long offset = sector * Sectors.BYTES;
    ByteBuffer record =
        file.read(offset, RECORD_HEADER_BYTES, "grain record").order(ByteOrder.LITTLE_ENDIAN);
    long first = record.getLong(0);
    if (first != grain * header.grainSectors()) {
      throw file.refuse(
          Reason.INCONSISTENT,
          "the grain at %d is for sector %s, its table says %d"
              .formatted(offset, Long.toUnsignedString(first), grain * header.grainSectors()));
    }
    int length = record.getInt(8);
    if (length < 1 || length > 2 * header.grainBytes()) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "the grain at %d has %s packed bytes, expected 1 to %d"
              .formatted(offset, Integer.toUnsignedString(length), 2 * header.grainBytes()));
    }
    ByteBuffer packed = file.read(offset + RECORD_HEADER_BYTES, length, "grain");
    byte[] plain = new byte[(int) header.grainBytes()];
    int count = inflate(packed, plain, offset);
    // The last grain may be as short as the disk.
    long wanted = Math.min(header.grainSectors(), header.capacity() - first) * Sectors.BYTES;
    if (count < wanted) {
      throw file.refuse(
          Reason.BAD_DATA,
          "the grain at %d unpacks to %d bytes, expected %d".formatted(offset, count, wanted));
    }
    return plain;
  }

  private int inflate(ByteBuffer packed, byte[] plain, long offset) throws IOException {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(packed);
      int count = 0;
      int more;
      do {
        more = inflater.inflate(plain, count, plain.length - count);
        count += more;
      } while (more > 0 && count < plain.length);
      return requireEnd(inflater, count, offset);
    } catch (DataFormatException e) {
      throw file.refuse(
          Reason.BAD_DATA, "the grain at %d does not unpack: %s".formatted(offset, e.getMessage()));
    }
  }

  /// The stream must end here, and so must its checksum: it is a whole zlib stream.
  private int requireEnd(Inflater inflater, int count, long offset)
      throws DataFormatException, IOException {
    if (!inflater.finished() && inflater.inflate(new byte[1]) > 0) {
      throw file.refuse(
          Reason.BAD_DATA, "the grain at " + offset + " unpacks to more than a grain");
    }
    if (!inflater.finished()) {
      throw file.refuse(Reason.BAD_DATA, "the grain at " + offset + " is cut short");
    }
    return count;
  }
}
