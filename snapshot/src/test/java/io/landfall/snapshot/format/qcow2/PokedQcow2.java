package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A good image and the pokes that make it a bad one.
///
/// Clusters of the good image: 0 header, 1 to 4 data, 5 L2, 6 L1, 7 refcount block, 8 refcount
/// table.
final class PokedQcow2 {
  private static final int CLUSTER = 65536;
  private static final int L2 = 5 * CLUSTER;
  private static final int L1 = 6 * CLUSTER;
  private static final int REFCOUNT_TABLE = 8 * CLUSTER;

  static final List<Poke> POKES =
      List.of(
          u32("another magic", 0, 0x514649FC, Reason.WRONG_MAGIC),
          u32("version 1", 4, 1, Reason.UNSUPPORTED),
          u32("version 4", 4, 4, Reason.UNSUPPORTED),
          u64("backing file behind the first cluster", 8, CLUSTER + 1, Reason.BAD_POINTER)
              .and32(16, 5),
          u64("backing file in the header", 8, 50, Reason.BAD_POINTER).and32(16, 5),
          u64("backing file name of 1024 bytes", 8, 200, Reason.OVER_LIMIT).and32(16, 1024),
          u32("clusters of 256 bytes", 20, 8, Reason.OVER_LIMIT),
          u32("clusters of 4 MiB", 20, 22, Reason.OVER_LIMIT),
          u32("clusters of 2^-1", 20, -1, Reason.OVER_LIMIT),
          u64("size of 2^63", 24, Long.MIN_VALUE, Reason.OVER_LIMIT),
          u64("size that needs more L1", 24, 1L << 30, Reason.INCONSISTENT),
          u64("size of half a sector", 24, 256, Reason.OVER_LIMIT),
          u32("encrypted with AES", 32, 1, Reason.UNSUPPORTED),
          u32("encrypted with LUKS", 32, 2, Reason.UNSUPPORTED),
          u32("crypt method 3", 32, 3, Reason.UNSUPPORTED),
          u32("L1 over 32 MiB", 36, 4194305, Reason.OVER_LIMIT),
          u32("L1 of 2^32-1 entries", 36, -1, Reason.OVER_LIMIT),
          u32("L1 of 32 MiB behind the end", 36, 4194304, Reason.BAD_POINTER),
          u32("no L1", 36, 0, Reason.INCONSISTENT),
          u64("L1 unaligned", 40, L1 + 512, Reason.BAD_POINTER),
          u64("L1 behind the end", 40, 1L << 40, Reason.BAD_POINTER),
          u64("L1 at 2^63", 40, Long.MIN_VALUE, Reason.BAD_POINTER),
          u64("L1 over the header", 40, 0, Reason.BAD_POINTER),
          u64("refcount table unaligned", 48, REFCOUNT_TABLE + 8, Reason.BAD_POINTER),
          u64("refcount table behind the end", 48, 1L << 50, Reason.BAD_POINTER),
          u64("refcount table is the L1", 48, L1, Reason.BAD_POINTER),
          u32("refcount table of no cluster", 56, 0, Reason.OVER_LIMIT),
          u32("refcount table of 129 clusters", 56, 129, Reason.OVER_LIMIT),
          u32("refcount table of 2^32-1 clusters", 56, -1, Reason.OVER_LIMIT),
          u32("65537 snapshots", 60, 65537, Reason.OVER_LIMIT),
          u32("2^32-1 snapshots", 60, -1, Reason.OVER_LIMIT),
          u64("unknown incompatible bit", 72, 1 << 5, Reason.UNSUPPORTED),
          u64("marked corrupt", 72, Layout.INCOMPATIBLE_CORRUPT, Reason.INCONSISTENT),
          u64("external data file", 72, Layout.INCOMPATIBLE_DATA_FILE, Reason.NAMES_A_FILE),
          u64("raw data file without a data file", 88, 2, Reason.INCONSISTENT),
          u64("internal snapshots unaligned", 64, 512, Reason.BAD_POINTER),
          u32("an extension that ends behind the cluster", 116, 65536, Reason.OVER_LIMIT),
          u64("compression bit without a type", 72, 1 << 3, Reason.INCONSISTENT),
          u32("compression type without its bit", 104, 1 << 24, Reason.INCONSISTENT),
          u32("compression type 2", 104, 2 << 24, Reason.UNSUPPORTED),
          u32("refcount order 7", 96, 7, Reason.OVER_LIMIT),
          u32("header of 100 bytes", 100, 100, Reason.INCONSISTENT),
          u32("header of 105 bytes", 100, 105, Reason.INCONSISTENT),
          u32("header of 2^31-1 bytes", 100, Integer.MAX_VALUE, Reason.INCONSISTENT),
          u32("header of 2^32-1 bytes", 100, -1, Reason.INCONSISTENT),
          u32("an endless extension", 112, 0x12345678, Reason.OVER_LIMIT).and32(116, -1),
          u32("a large extension", 112, 0x12345678, Reason.OVER_LIMIT).and32(116, 0x7FFFFFF0),
          u32("data file extension", 112, Layout.EXTENSION_DATA_FILE, Reason.NAMES_A_FILE)
              .and32(116, 8),
          u64("L1 entry into the header", L1, Layout.COPIED, Reason.BAD_POINTER),
          u64("L1 entry to the L1", L1, Layout.COPIED | L1, Reason.BAD_POINTER),
          u64("L1 entry behind the end", L1, Layout.COPIED | 1L << 40, Reason.BAD_POINTER),
          u64("L1 entry unaligned", L1, Layout.COPIED | L2 + 512, Reason.BAD_POINTER),
          u64("L1 entry with reserved bits", L1, Layout.COPIED | L2 | 1, Reason.INCONSISTENT),
          u64("L2 entry to the header", L2, Layout.COPIED, Reason.BAD_POINTER),
          u64("L2 entry to the L2", L2, Layout.COPIED | L2, Reason.BAD_POINTER),
          u64("L2 entry to the refcount table", L2, REFCOUNT_TABLE, Reason.BAD_POINTER),
          u64("two L2 entries to one cluster", L2 + 8, CLUSTER, Reason.BAD_POINTER),
          u64("data behind the end", L2, 9 * CLUSTER, Reason.BAD_POINTER),
          u64("data unaligned", L2, CLUSTER + 512, Reason.BAD_POINTER),
          u64("reserved bit 60", L2, CLUSTER | 1L << 60, Reason.INCONSISTENT),
          u64("reserved bit 1", L2, CLUSTER | 2, Reason.INCONSISTENT),
          u64("packed over the header", L2, Layout.COMPRESSED | 8, Reason.BAD_POINTER),
          u64("packed behind the end", L2, Layout.COMPRESSED | 1L << 45, Reason.BAD_POINTER),
          u64("packed and not shared", L2, -1L << 62 | CLUSTER, Reason.INCONSISTENT),
          u64(
              "packed over another's data",
              L2,
              Layout.COMPRESSED | 2 * CLUSTER,
              Reason.BAD_POINTER),
          u64("refcount block reserved bits", REFCOUNT_TABLE, 7 * CLUSTER | 1, Reason.INCONSISTENT),
          u64("refcount block is data", REFCOUNT_TABLE, CLUSTER, Reason.BAD_POINTER),
          u64("refcount block behind the end", REFCOUNT_TABLE, 1L << 40, Reason.BAD_POINTER),
          u32("subclusters contradict", L2 + 12, 1, Reason.INCONSISTENT)
              .and64(72, Layout.INCOMPATIBLE_EXTENDED_L2)
              .and32(L2 + 8, 1),
          u64("zero flag in version 2", L2, CLUSTER | 1, Reason.INCONSISTENT).and32(4, 2));

  private PokedQcow2() {}

  /// One or more fields overwritten.
  record Poke(String name, Reason reason, List<Field> fields) {
    record Field(int at, long value, int bytes) {}

    Poke and32(int at, int value) {
      return with(new Field(at, value, Integer.BYTES));
    }

    Poke and64(int at, long value) {
      return with(new Field(at, value, Long.BYTES));
    }

    private Poke with(Field field) {
      Field[] all = fields.toArray(new Field[fields.size() + 1]);
      all[fields.size()] = field;
      return new Poke(name, reason, List.of(all));
    }

    byte[] applyTo(byte[] image) {
      ByteBuffer bytes = ByteBuffer.wrap(image.clone());
      for (Field field : fields) {
        if (field.bytes == Integer.BYTES) {
          bytes.putInt(field.at, (int) field.value);
        } else {
          bytes.putLong(field.at, field.value);
        }
      }
      return bytes.array();
    }
  }

  private static Poke u32(String name, int at, int value, Reason reason) {
    return new Poke(name, reason, List.of(new Poke.Field(at, value, Integer.BYTES)));
  }

  private static Poke u64(String name, int at, long value, Reason reason) {
    return new Poke(name, reason, List.of(new Poke.Field(at, value, Long.BYTES)));
  }

  /// Writes the good image and returns its content.
  static byte[] writeGood(Path path) throws IOException {
    byte[] content = new byte[8 * CLUSTER];
    Arrays.fill(content, 0, 4 * CLUSTER, (byte) 1);
    Qcow2Writer.write(MemoryDevice.of(content), path, _ -> {});
    return content;
  }

  /// Opens an image and reads all of it, if it is not too large for that.
  static Optional<CorruptImageException> refusal(Path image) throws IOException {
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      Contents.of(layer);
      return Optional.empty();
    } catch (CorruptImageException e) {
      return Optional.of(e);
    }
  }
}
