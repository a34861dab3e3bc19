package io.landfall.snapshot.format.vmdk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;

/// Header and descriptor of the sparse extents that are written here.
final class HeaderWriter {
  static final int DESCRIPTOR_SECTOR = 1;
  static final int DESCRIPTOR_SECTORS = 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  private HeaderWriter() {}

  static ByteBuffer header(
      int version,
      int flags,
      long capacity,
      long redundantDirectory,
      long directory,
      long overhead) {
    ByteBuffer header = ByteBuffer.allocate(Sectors.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    boolean compressed = (flags & SparseHeader.FLAG_COMPRESSED) != 0;
    header
        .putInt(0, SparseHeader.MAGIC)
        .putInt(4, version)
        .putInt(8, flags | SparseHeader.FLAG_NEWLINES)
        .putLong(12, capacity)
        .putLong(20, VmdkWriter.GRAIN_SECTORS)
        .putLong(28, DESCRIPTOR_SECTOR)
        .putLong(36, DESCRIPTOR_SECTORS)
        .putInt(44, SparseHeader.TABLE_ENTRIES)
        .putLong(48, redundantDirectory)
        .putLong(56, directory)
        .putLong(64, overhead)
        .putInt(73, SparseHeader.NEWLINES)
        .putShort(77, (short) (compressed ? SparseHeader.COMPRESSION_DEFLATE : 0));
    return header;
  }

  /// A descriptor, filled up to its 20 sectors with zeros.
  static ByteBuffer descriptor(String createType, long sectors, String fileName) {
    String extent = "RW %d SPARSE \"%s\"".formatted(sectors, plainName(fileName));
    ByteBuffer bytes = ByteBuffer.allocate(DESCRIPTOR_SECTORS * Sectors.BYTES);
    bytes.put(text(createType, contentId(), Optional.empty(), extent, sectors));
    return bytes.clear();
  }

  /// The same of a disk that holds what differs from `parent`.
  static ByteBuffer descriptor(VmdkParent parent, long sectors, String fileName) {
    String extent = "RW %d SPARSE \"%s\"".formatted(sectors, plainName(fileName));
    ByteBuffer bytes = ByteBuffer.allocate(DESCRIPTOR_SECTORS * Sectors.BYTES);
    byte[] text = text("monolithicSparse", contentId(), Optional.of(parent), extent, sectors);
    if (text.length > bytes.capacity()) {
      throw new IllegalArgumentException("the parent's name is too long: " + parent.name());
    }
    return bytes.put(text).clear();
  }

  /// A descriptor as a file of its own.
  static byte[] text(
      String createType,
      long contentId,
      Optional<VmdkParent> parent,
      String extents,
      long sectors) {
    long cylinders = Math.clamp(sectors / (255 * 63), 1, 65535);
    return """
    # Disk DescriptorFile
    version=1
    CID=%08x
    parentCID=%08x
    createType="%s"
    %s
    # Extent description
    %s

    # The Disk Data Base
    #DDB

    ddb.virtualHWVersion = "10"
    ddb.geometry.cylinders = "%d"
    ddb.geometry.heads = "255"
    ddb.geometry.sectors = "63"
    ddb.adapterType = "lsilogic"
    """
        .formatted(
            contentId,
            parent.map(VmdkParent::cid).orElse(Descriptor.NO_PARENT),
            createType,
            parent.map(p -> "parentFileNameHint=\"%s\"\n".formatted(p.name())).orElse(""),
            extents,
            cylinders)
        .getBytes(StandardCharsets.UTF_8);
  }

  /// The name is only a label here; what could break the line is left out.
  private static String plainName(String fileName) {
    String plain = fileName.replaceAll("[^A-Za-z0-9._-]", "_");
    return plain.length() <= 200 ? plain : plain.substring(plain.length() - 200);
  }

  /// Any number but the two that mean "none" and "see the long id".
  static long contentId() {
    int id;
    do {
      id = RANDOM.nextInt();
    } while (id == -1 || id == -2);
    return Integer.toUnsignedLong(id);
  }
}
