package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.file.NewFile;
import io.landfall.snapshot.format.file.NonZeroRuns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/// Writes a disk as a new qcow2 image in one pass over it.
///
/// ```
/// cluster 0     header, written last
/// cluster 1..   data in guest order; after the data of each 512 MiB of disk its L2 table;
///               after each 2 GiB of file the refcount block for it
/// at the end    L1 table, last refcount blocks, refcount table
/// ```
///
/// Version 3, clusters of 64 KiB, no backing file. What is zero takes no space. The file has its
/// name only when it is complete and durable. One thread; packing uses the common pool.
public final class Qcow2Writer {
  private static final int CLUSTER = Layout.WRITTEN_CLUSTER_BYTES;
  private static final int L2_ENTRIES = CLUSTER / Long.BYTES;

  private final NewFile file;
  private final long sizeBytes;
  private final ClusterCompression compression;
  private final RefcountWriter refcounts = new RefcountWriter(new FileClusters());
  private final ByteBuffer l1;
  private final ByteBuffer l2 = ByteBuffer.allocate(CLUSTER);
  private int l2Index = -1; // the L1 entry that `l2` is for, or -1 for none
  private long nextCluster = 1;
  private long packedEnd; // where the next packed bytes go; at a cluster boundary: nowhere yet

  private Qcow2Writer(NewFile file, long sizeBytes, ClusterCompression compression) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.compression = compression;
    this.l1 =
        ByteBuffer.allocate(
            (int) Math.ceilDiv(sizeBytes, (long) CLUSTER * L2_ENTRIES) * Long.BYTES);
    refcounts.add(0, 1);
  }

  /// Writes all of `source`, a complete disk, unpacked.
  ///
  /// @param progress is told how many bytes of the disk are done
  public static void write(BlockDevice source, Path target, LongConsumer progress)
      throws IOException {
    write(source, target, ClusterCompression.NONE, progress);
  }

  /// Writes all of `source`, a complete disk; its size is rounded up to whole sectors.
  ///
  /// @param progress is told how many bytes of the disk are done
  public static void write(
      BlockDevice source, Path target, ClusterCompression compression, LongConsumer progress)
      throws IOException {
    long size = Qcow2Overlay.requireSize(source.sizeBytes());
    try (NewFile file = NewFile.at(target)) {
      Qcow2Writer writer = new Qcow2Writer(file, size, compression);
      NonZeroRuns.visit(source, CLUSTER, progress, writer::append);
      writer.finish();
      file.commit();
    }
  }

  private void append(long offset, ByteBuffer bytes) throws IOException {
    if (compression == ClusterCompression.NONE) {
      appendPlain(offset, bytes);
    } else {
      appendPacked(offset, bytes);
    }
    refcounts.writeSettled(packedEnd % CLUSTER == 0 ? nextCluster : packedEnd / CLUSTER);
  }

  /// The clusters of a run lie side by side in the file, but an L2 table may have to go between.
  private void appendPlain(long offset, ByteBuffer bytes) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      openL2(at);
      long left = (long) CLUSTER * L2_ENTRIES - at % ((long) CLUSTER * L2_ENTRIES);
      int length = (int) Math.min(left, bytes.remaining());
      int clusters = Math.ceilDiv(length, CLUSTER);
      long host = take(clusters);
      for (int i = 0; i < clusters; i++) {
        map(at + (long) i * CLUSTER, Layout.COPIED | ((host + i) * CLUSTER));
      }
      file.write(host * CLUSTER, bytes.slice(bytes.position(), length));
      bytes.position(bytes.position() + length);
      at += length;
    }
  }

  private void appendPacked(long offset, ByteBuffer bytes) throws IOException {
    List<byte[]> plain = split(bytes);
    List<byte[]> packed =
        IntStream.range(0, plain.size()).parallel().mapToObj(i -> pack(plain.get(i))).toList();
    for (int i = 0; i < plain.size(); i++) {
      long at = offset + (long) i * CLUSTER;
      openL2(at);
      if (packed.get(i).length == 0) {
        appendPlain(at, ByteBuffer.wrap(plain.get(i)));
      } else {
        map(at, appendPackedCluster(packed.get(i)));
      }
    }
  }

  private static List<byte[]> split(ByteBuffer bytes) {
    List<byte[]> clusters = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] cluster = new byte[CLUSTER];
      bytes.get(cluster, 0, Math.min(CLUSTER, bytes.remaining()));
      clusters.add(cluster);
    }
    return clusters;
  }

  /// The packed cluster, or nothing if that spares no sector.
  private byte[] pack(byte[] plain) {
    byte[] packed = compression.pack(plain);
    return packed.length <= CLUSTER - Layout.SECTOR_BYTES ? packed : new byte[0];
  }

  /// Packed clusters lie byte behind byte and may cross from one cluster of the file into the next,
  /// if that one is still free.
  ///
  /// @return the L2 entry
  private long appendPackedCluster(byte[] packed) throws IOException {
    int left = (int) (-packedEnd & (CLUSTER - 1));
    boolean nextIsFree = packedEnd + left == nextCluster * CLUSTER;
    if (left == 0 || (packed.length > left && !nextIsFree)) {
      packedEnd = nextCluster++ * CLUSTER;
    } else if (packed.length > left) {
      nextCluster++;
    }
    long start = packedEnd;
    packedEnd += packed.length;
    file.write(start, ByteBuffer.wrap(packed));
    long first = start / CLUSTER;
    refcounts.add(first, (packedEnd - 1) / CLUSTER - first + 1);
    return CompressedRun.entry(start, packed.length, Layout.WRITTEN_CLUSTER_BITS);
  }

  private void openL2(long offset) throws IOException {
    int index = (int) (offset / ((long) CLUSTER * L2_ENTRIES));
    if (index != l2Index) {
      closeL2();
      l2Index = index;
    }
  }

  private void closeL2() throws IOException {
    if (l2Index < 0) {
      return;
    }
    long cluster = take(1);
    file.write(cluster * CLUSTER, l2.clear());
    l1.putLong(l2Index * Long.BYTES, Layout.COPIED | (cluster * CLUSTER));
    l2.clear().put(new byte[CLUSTER]);
  }

  private void map(long offset, long entry) {
    l2.putLong((int) (offset / CLUSTER % L2_ENTRIES) * Long.BYTES, entry);
  }

  private long take(int clusters) {
    long first = nextCluster;
    nextCluster += clusters;
    refcounts.add(first, clusters);
    return first;
  }

  private void finish() throws IOException {
    closeL2();
    long l1Cluster = take(Math.ceilDiv(l1.capacity(), CLUSTER));
    file.write(l1Cluster * CLUSTER, l1.clear());
    long table = refcounts.finish();
    file.extendTo(nextCluster * CLUSTER);
    HeaderWriter header =
        new HeaderWriter(sizeBytes)
            .l1(l1.capacity() / Long.BYTES, l1Cluster * CLUSTER)
            .refcountTable(refcounts.tableClusters(), table * CLUSTER);
    if (compression == ClusterCompression.ZSTD) {
      header.zstd();
    }
    file.write(0, header.build());
  }

  private final class FileClusters implements RefcountWriter.Clusters {
    @Override
    public long take() {
      return nextCluster++;
    }

    @Override
    public void write(long cluster, ByteBuffer bytes) throws IOException {
      file.write(cluster * CLUSTER, bytes);
    }

    @Override
    public long next() {
      return nextCluster;
    }
  }
}
