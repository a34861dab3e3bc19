package io.landfall.snapshot.format.qcow2;

/// Numbers of the qcow2 format, and the bounds within which this reader and writer stay. All
/// integers on disk are big endian.
final class Layout {
  static final int MAGIC = 0x514649FB;

  static final int V2_HEADER_BYTES = 72;
  static final int V3_HEADER_BYTES = 104;
  static final int WRITTEN_HEADER_BYTES = 112;
  static final int MIN_CLUSTER_BITS = 9;
  static final int MIN_EXTENDED_CLUSTER_BITS = 14;
  static final int MAX_CLUSTER_BITS = 21;
  static final int MAX_REFCOUNT_ORDER = 6;
  static final int DEFAULT_REFCOUNT_ORDER = 4;

  static final long MAX_L1_BYTES = 32L << 20;
  static final long MAX_REFCOUNT_TABLE_BYTES = 8L << 20;
  static final int MAX_BACKING_NAME_BYTES = 1023;
  static final int MAX_SNAPSHOTS = 256;
  static final int MAX_SNAPSHOT_EXTRA_BYTES = 1024;
  static final int MAX_BITMAPS = 64;

  /// Clusters of a file that is read: two bits are kept for each while the mapping is checked, so
  /// 32 MiB. 8 TiB of file at 64 KiB clusters.
  static final long MAX_FILE_CLUSTERS = 1L << 27;

  static final long INCOMPATIBLE_DIRTY = 1;
  static final long INCOMPATIBLE_CORRUPT = 1 << 1;
  static final long INCOMPATIBLE_DATA_FILE = 1 << 2;
  static final long INCOMPATIBLE_COMPRESSION = 1 << 3;
  static final long INCOMPATIBLE_EXTENDED_L2 = 1 << 4;
  static final long INCOMPATIBLE_KNOWN = (1 << 5) - 1;
  static final long COMPATIBLE_LAZY_REFCOUNTS = 1;
  static final long AUTOCLEAR_BITMAPS = 1;
  static final long AUTOCLEAR_RAW_DATA_FILE = 1 << 1;

  static final int COMPRESSION_DEFLATE = 0;
  static final int COMPRESSION_ZSTD = 1;

  static final int EXTENSION_END = 0;
  static final int EXTENSION_BACKING_FORMAT = 0xE2792ACA;
  static final int EXTENSION_BITMAPS = 0x23852875;
  static final int EXTENSION_DATA_FILE = 0x44415441;

  static final long COPIED = 1L << 63;
  static final long COMPRESSED = 1L << 62;
  static final long READS_AS_ZERO = 1;
  static final long OFFSET_MASK = 0x00FF_FFFF_FFFF_FE00L;

  /// Bits 1-8 and 56-61 of a standard L2 entry, which have no meaning yet.
  static final long L2_RESERVED = 0x3F00_0000_0000_01FEL;

  static final long L1_RESERVED = ~(OFFSET_MASK | COPIED);
  static final long REFCOUNT_TABLE_RESERVED = 0x1FF;

  /// Clusters of what is written here.
  static final int WRITTEN_CLUSTER_BITS = 16;

  static final int WRITTEN_CLUSTER_BYTES = 1 << WRITTEN_CLUSTER_BITS;

  /// QEMU counts a disk in sectors and forgets what does not fill one.
  static final int SECTOR_BYTES = 512;

  private Layout() {}
}
