package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The header of a qcow2 file, checked field by field as it is read.
///
/// Layout, big endian:
///
/// ```
///   0 magic "QFI\xfb"   4 version          8 backing offset (8)    16 backing length
///  20 cluster bits     24 virtual size (8) 32 crypt method         36 L1 entries
///  40 L1 offset (8)    48 refcount table offset (8)                56 refcount table clusters
///  60 snapshots        64 snapshot table offset (8)
///  version 3 only:
///  72 incompatible (8) 80 compatible (8)   88 autoclear (8)        96 refcount order
/// 100 header length   104 compression type (1), then padding
/// ```
///
/// @param backingName label of the backing file as the image says it; never opened
/// @param bitmapsOffset, bitmapsBytes the bitmap directory; 0 if there is none that can be believed
record Header(
    int version,
    int clusterBits,
    long sizeBytes,
    long l1Offset,
    int l1Entries,
    long refcountTableOffset,
    int refcountTableClusters,
    int refcountOrder,
    int snapshots,
    long snapshotsOffset,
    long incompatible,
    long compatible,
    int compressionType,
    Optional<String> backingName,
    int bitmaps,
    long bitmapsOffset,
    long bitmapsBytes) {

  int clusterBytes() {
    return 1 << clusterBits;
  }

  boolean extendedL2() {
    return (incompatible & Layout.INCOMPATIBLE_EXTENDED_L2) != 0;
  }

  boolean dirty() {
    return (incompatible & Layout.INCOMPATIBLE_DIRTY) != 0;
  }

  int l2EntryBytes() {
    return extendedL2() ? 16 : 8;
  }

  /// Entries of one L2 table; a table fills a cluster.
  int l2Entries() {
    return clusterBytes() / l2EntryBytes();
  }

  /// Guest bytes that one L1 entry stands for.
  long l1SpanBytes() {
    return (long) clusterBytes() * l2Entries();
  }

  static Header read(ImageFile file) throws IOException {
    ByteBuffer first = file.read(0, Layout.V2_HEADER_BYTES, "qcow2 header");
    if (first.getInt(0) != Layout.MAGIC) {
      throw file.refuse(
          Reason.WRONG_MAGIC,
          "starts with %08x, a qcow2 image with 514649fb".formatted(first.getInt(0)));
    }
    int version = first.getInt(4);
    if (version != 2 && version != 3) {
      throw file.refuse(
          Reason.UNSUPPORTED, "qcow2 version " + unsigned(version) + ", known are 2 and 3");
    }
    return new Parser(file, first, version).parse();
  }

  private static String unsigned(int value) {
    return Integer.toUnsignedString(value);
  }

  /// One pass over the header cluster.
  private static final class Parser {
    private final ImageFile file;
    private final ByteBuffer head;
    private final int version;
    private final int clusterBits;
    private long incompatible;
    private long compatible;
    private long autoclear;
    private int refcountOrder = Layout.DEFAULT_REFCOUNT_ORDER;
    private int headerBytes = Layout.V2_HEADER_BYTES;
    private int compressionType = Layout.COMPRESSION_DEFLATE;
    private int bitmaps;
    private long bitmapsOffset;
    private long bitmapsBytes;

    Parser(ImageFile file, ByteBuffer first, int version) throws IOException {
      this.file = file;
      this.version = version;
      this.clusterBits = first.getInt(20);
      if (clusterBits < Layout.MIN_CLUSTER_BITS || clusterBits > Layout.MAX_CLUSTER_BITS) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "clusters of 2^" + unsigned(clusterBits) + " bytes, supported are 2^9 to 2^21");
      }
      int clusterBytes = 1 << clusterBits;
      ByteBuffer cluster = ByteBuffer.allocate(clusterBytes);
      file.readPadded(0, cluster);
      this.head = cluster.flip();
    }

    Header parse() throws IOException {
      if (version == 3) {
        parseVersion3();
      }
      requireKnownFeatures();
      Optional<String> backing = backingName();
      parseExtensions();
      Header header =
          new Header(
              version,
              clusterBits,
              head.getLong(24),
              head.getLong(40),
              head.getInt(36),
              head.getLong(48),
              head.getInt(56),
              refcountOrder,
              head.getInt(60),
              head.getLong(64),
              incompatible,
              compatible,
              compressionType,
              backing,
              bitmaps,
              bitmapsOffset,
              bitmapsBytes);
      requireSaneTables(header);
      return header;
    }

    private void parseVersion3() throws IOException {
      incompatible = head.getLong(72);
      compatible = head.getLong(80);
      autoclear = head.getLong(88);
      refcountOrder = head.getInt(96);
      headerBytes = head.getInt(100);
      if (headerBytes < Layout.V3_HEADER_BYTES
          || headerBytes > head.capacity()
          || headerBytes % 8 != 0) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "header of %s bytes, expected a multiple of 8 from 104 to the cluster size %d"
                .formatted(unsigned(headerBytes), head.capacity()));
      }
      if (headerBytes > Layout.V3_HEADER_BYTES) {
        compressionType = Byte.toUnsignedInt(head.get(104));
      }
    }

    private void requireKnownFeatures() throws IOException {
      if (head.getInt(32) != 0) {
        throw file.refuse(
            Reason.UNSUPPORTED,
            "encrypted with method " + unsigned(head.getInt(32)) + "; decrypt it first");
      }
      if ((incompatible & ~Layout.INCOMPATIBLE_KNOWN) != 0) {
        throw file.refuse(
            Reason.UNSUPPORTED,
            "incompatible feature bits %x, known are bits 0 to 4".formatted(incompatible));
      }
      if ((incompatible & Layout.INCOMPATIBLE_DATA_FILE) != 0) {
        throw file.refuse(
            Reason.NAMES_A_FILE,
            "keeps its data in another file, which is never opened; convert it to one file first");
      }
      if ((autoclear & Layout.AUTOCLEAR_RAW_DATA_FILE) != 0) {
        throw file.refuse(
            Reason.INCONSISTENT, "says that its data file is raw, but has no data file");
      }
      if ((incompatible & Layout.INCOMPATIBLE_CORRUPT) != 0) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "is marked corrupt by its writer; repair it first (qemu-img check -r)");
      }
      boolean announced = (incompatible & Layout.INCOMPATIBLE_COMPRESSION) != 0;
      if (compressionType > Layout.COMPRESSION_ZSTD) {
        throw file.refuse(
            Reason.UNSUPPORTED, "compression type " + compressionType + ", known are 0 and 1");
      }
      if (announced != (compressionType != Layout.COMPRESSION_DEFLATE)) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "compression type " + compressionType + " and its feature bit contradict each other");
      }
      if ((incompatible & Layout.INCOMPATIBLE_EXTENDED_L2) != 0
          && clusterBits < Layout.MIN_EXTENDED_CLUSTER_BITS) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "subclusters in clusters of " + head.capacity() + " bytes, expected 16384 or more");
      }
      if (refcountOrder < 0 || refcountOrder > Layout.MAX_REFCOUNT_ORDER) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "refcount order " + unsigned(refcountOrder) + ", supported are 0 to 6");
      }
    }

    private Optional<String> backingName() throws IOException {
      long offset = head.getLong(8);
      int length = head.getInt(16);
      if (offset == 0) {
        return Optional.empty();
      }
      if (length < 0 || length > Layout.MAX_BACKING_NAME_BYTES) {
        throw file.refuse(
            Reason.OVER_LIMIT, "backing file name of " + unsigned(length) + " bytes, at most 1023");
      }
      if (offset < headerBytes || offset > head.capacity() - length) {
        throw file.refuse(
            Reason.BAD_POINTER,
            "backing file name at %s, expected inside the first cluster"
                .formatted(Long.toUnsignedString(offset)));
      }
      byte[] name = new byte[length];
      head.get((int) offset, name);
      return Optional.of(new String(name, StandardCharsets.UTF_8));
    }

    private void parseExtensions() throws IOException {
      long backing = head.getLong(8);
      int end = backing == 0 ? head.capacity() : (int) backing;
      int at = headerBytes;
      while (at < end) {
        if (at > end - 8) {
          throw file.refuse(
              Reason.INCONSISTENT, "a header extension at " + at + " is cut short at " + end);
        }
        int type = head.getInt(at);
        int length = head.getInt(at + 4);
        if (length < 0 || length > end - at - 8) {
          throw file.refuse(
              Reason.OVER_LIMIT,
              "header extension %08x at %d with %s bytes, but %d are left"
                  .formatted(type, at, unsigned(length), end - at - 8));
        }
        if (type == Layout.EXTENSION_END) {
          return;
        }
        parseExtension(type, at + 8, length);
        at += 8 + Math.ceilDiv(length, 8) * 8;
      }
    }

    private void parseExtension(int type, int at, int length) throws IOException {
      if (type == Layout.EXTENSION_DATA_FILE) {
        throw file.refuse(
            Reason.NAMES_A_FILE, "names an external data file, which is never opened");
      }
      if (type != Layout.EXTENSION_BITMAPS || (autoclear & Layout.AUTOCLEAR_BITMAPS) == 0) {
        return; // bitmaps without the bit are leftovers of a writer that did not know them
      }
      if (length != 24 || head.getInt(at + 4) != 0) {
        throw file.refuse(
            Reason.INCONSISTENT, "bitmaps extension of " + length + " bytes, expected 24");
      }
      bitmaps = head.getInt(at);
      bitmapsBytes = head.getLong(at + 8);
      bitmapsOffset = head.getLong(at + 16);
      if (bitmaps < 1 || bitmaps > Layout.MAX_BITMAPS) {
        throw file.refuse(Reason.OVER_LIMIT, unsigned(bitmaps) + " bitmaps, supported are 1 to 64");
      }
    }

    private void requireSaneTables(Header header) throws IOException {
      if (header.sizeBytes < 0 || header.sizeBytes % Layout.SECTOR_BYTES != 0) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "virtual size of %s bytes, expected a multiple of 512 below 2^63"
                .formatted(Long.toUnsignedString(header.sizeBytes)));
      }
      if (header.l1Entries < 0 || header.l1Entries > Layout.MAX_L1_BYTES / Long.BYTES) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "L1 table of " + unsigned(header.l1Entries) + " entries, at most 4194304");
      }
      if (header.l1Entries < Math.ceilDiv(header.sizeBytes, header.l1SpanBytes())) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "L1 table of %d entries, a disk of %d bytes needs %d"
                .formatted(
                    header.l1Entries,
                    header.sizeBytes,
                    Math.ceilDiv(header.sizeBytes, header.l1SpanBytes())));
      }
      long refcountBytes = Integer.toUnsignedLong(header.refcountTableClusters) << clusterBits;
      if (refcountBytes == 0 || refcountBytes > Layout.MAX_REFCOUNT_TABLE_BYTES) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "refcount table of " + refcountBytes + " bytes, expected 1 cluster to 8 MiB");
      }
      if (header.snapshots < 0 || header.snapshots > Layout.MAX_SNAPSHOTS) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            unsigned(header.snapshots) + " internal snapshots, at most 256 are supported");
      }
      if (header.snapshotsOffset < 0 || header.snapshotsOffset % header.clusterBytes() != 0) {
        throw file.refuse(
            Reason.BAD_POINTER,
            "internal snapshot table at %s, expected a multiple of the cluster size"
                .formatted(Long.toUnsignedString(header.snapshotsOffset)));
      }
      if (Math.ceilDiv(file.sizeBytes(), header.clusterBytes()) > Layout.MAX_FILE_CLUSTERS) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "a file of %d clusters, at most %d are supported; convert it to larger clusters"
                .formatted(
                    Math.ceilDiv(file.sizeBytes(), header.clusterBytes()),
                    Layout.MAX_FILE_CLUSTERS));
      }
    }
  }
}
