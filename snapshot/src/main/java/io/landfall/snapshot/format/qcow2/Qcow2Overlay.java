package io.landfall.snapshot.format.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes empty overlays for QEMU to write into.
///
/// ```
/// cluster 0        header, version 3, clusters of 64 KiB
/// cluster 1        refcount table, one entry
/// cluster 2        refcount block, a count of 1 for each cluster of this file
/// cluster 3 ...    L1 table, all zero, one entry per 512 MiB of disk
/// ```
///
/// No name of a base is in the file: QEMU is told on its command line which node lies below, so
/// that nothing in a file ever decides what is opened.
public final class Qcow2Overlay {
  private static final int REFCOUNT_TABLE_CLUSTER = 1;
  private static final int REFCOUNT_BLOCK_CLUSTER = 2;
  private static final int L1_CLUSTER = 3;

  private Qcow2Overlay() {}

  /// Makes an empty overlay, durable when this returns. Its disk is `sizeBytes` rounded up to whole
  /// sectors of 512 bytes, because QEMU counts in those.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `path`
  public static void create(Path path, long sizeBytes) throws IOException {
    long size = requireSize(sizeBytes);
    int l1Entries = (int) Math.ceilDiv(size, l1SpanBytes());
    int l1Clusters = Math.ceilDiv(l1Entries * Long.BYTES, Layout.WRITTEN_CLUSTER_BYTES);
    int clusters = L1_CLUSTER + l1Clusters;
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      write(file, 0, header(size, l1Entries));
      write(
          file,
          REFCOUNT_TABLE_CLUSTER,
          ByteBuffer.allocate(Long.BYTES)
              .putLong((long) REFCOUNT_BLOCK_CLUSTER * Layout.WRITTEN_CLUSTER_BYTES)
              .flip());
      write(file, REFCOUNT_BLOCK_CLUSTER, refcounts(clusters));
      // The last byte, so that the file has all of its clusters.
      file.write(ByteBuffer.allocate(1), (long) clusters * Layout.WRITTEN_CLUSTER_BYTES - 1);
      file.force(true);
    } catch (IOException e) {
      if (!(e instanceof java.nio.file.FileAlreadyExistsException)) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  private static long l1SpanBytes() {
    return (long) Layout.WRITTEN_CLUSTER_BYTES * (Layout.WRITTEN_CLUSTER_BYTES / Long.BYTES);
  }

  static long requireSize(long sizeBytes) {
    long max = Layout.MAX_L1_BYTES / Long.BYTES * l1SpanBytes();
    if (sizeBytes < 0 || sizeBytes > max) {
      throw new IllegalArgumentException(
          "overlay of " + sizeBytes + " bytes, expected 0 to " + max);
    }
    return Math.ceilDiv(sizeBytes, Layout.SECTOR_BYTES) * Layout.SECTOR_BYTES;
  }

  private static ByteBuffer header(long sizeBytes, int l1Entries) {
    return new HeaderWriter(sizeBytes)
        .l1(l1Entries, (long) L1_CLUSTER * Layout.WRITTEN_CLUSTER_BYTES)
        .refcountTable(1, (long) REFCOUNT_TABLE_CLUSTER * Layout.WRITTEN_CLUSTER_BYTES)
        .build();
  }

  private static ByteBuffer refcounts(int clusters) {
    ByteBuffer counts = ByteBuffer.allocate(clusters * Short.BYTES);
    while (counts.hasRemaining()) {
      counts.putShort((short) 1);
    }
    return counts.flip();
  }

  private static void write(FileChannel file, int cluster, ByteBuffer bytes) throws IOException {
    long at = (long) cluster * Layout.WRITTEN_CLUSTER_BYTES;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }
}
