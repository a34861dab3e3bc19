package io.landfall.snapshot.format.qcow2;

import java.nio.ByteBuffer;

/// The header of what is written here: version 3, clusters of 64 KiB, refcounts of 16 bits, no
/// backing file, no extensions.
final class HeaderWriter {
  private final ByteBuffer header = ByteBuffer.allocate(Layout.WRITTEN_HEADER_BYTES + 8);

  HeaderWriter(long sizeBytes) {
    header
        .putInt(0, Layout.MAGIC)
        .putInt(4, 3)
        .putInt(20, Layout.WRITTEN_CLUSTER_BITS)
        .putLong(24, sizeBytes)
        .putInt(96, Layout.DEFAULT_REFCOUNT_ORDER)
        .putInt(100, Layout.WRITTEN_HEADER_BYTES);
  }

  HeaderWriter l1(int entries, long offset) {
    header.putInt(36, entries).putLong(40, offset);
    return this;
  }

  HeaderWriter refcountTable(int clusters, long offset) {
    header.putLong(48, offset).putInt(56, clusters);
    return this;
  }

  HeaderWriter zstd() {
    header.putLong(72, Layout.INCOMPATIBLE_COMPRESSION).put(104, (byte) Layout.COMPRESSION_ZSTD);
    return this;
  }

  /// The header and the end mark of its extensions.
  ByteBuffer build() {
    return header.duplicate().clear();
  }
}
