package io.landfall.snapshot.format.qcow2;

/// Where the bytes of a compressed cluster lie. An L2 entry has the byte offset in its low `62 -
/// (cluster bits - 8)` bits and above it how many sectors follow the first one.
///
/// @param offset of the first byte in the file, not aligned
/// @param length bytes that may be used; the last sector often holds the next cluster's start
record CompressedRun(long offset, int length) {

  static CompressedRun of(long entry, int clusterBits) {
    int offsetBits = 62 - (clusterBits - 8);
    long offset = entry & ((1L << offsetBits) - 1);
    int moreSectors = (int) ((entry & (Layout.COMPRESSED - 1)) >>> offsetBits);
    int length = (moreSectors + 1) * Layout.SECTOR_BYTES - (int) (offset % Layout.SECTOR_BYTES);
    return new CompressedRun(offset, length);
  }

  /// The L2 entry for `length` bytes at `offset`.
  static long entry(long offset, int length, int clusterBits) {
    int offsetBits = 62 - (clusterBits - 8);
    long moreSectors = (offset + length - 1) / Layout.SECTOR_BYTES - offset / Layout.SECTOR_BYTES;
    return Layout.COMPRESSED | (moreSectors << offsetBits) | offset;
  }
}
