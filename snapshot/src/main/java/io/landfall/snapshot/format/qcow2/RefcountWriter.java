package io.landfall.snapshot.format.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Counts the references to the clusters of a file that grows, and writes the counts behind it.
///
/// A block of 32768 counts covers 2 GiB of file; it is written as soon as the file has grown past
/// what it covers, so that two or three are in memory whatever the size of the file. One thread.
final class RefcountWriter {
  private static final int COUNTS_PER_BLOCK = Layout.WRITTEN_CLUSTER_BYTES / Short.BYTES;

  /// Where the blocks go.
  interface Clusters {
    /// Takes the next free cluster of the file; its count is raised by the taker.
    long take();

    /// Writes one cluster or more.
    void write(long cluster, ByteBuffer bytes) throws IOException;

    /// The first cluster that nobody has taken.
    long next();
  }

  private final Clusters clusters;
  private final SortedMap<Integer, short[]> open = new TreeMap<>();
  private final List<Long> blockClusters = new ArrayList<>();

  RefcountWriter(Clusters clusters) {
    this.clusters = clusters;
  }

  /// One more reference to each of `count` clusters.
  void add(long first, long count) {
    for (long cluster = first; cluster < first + count; cluster++) {
      short[] block =
          open.computeIfAbsent(
              (int) (cluster / COUNTS_PER_BLOCK), _ -> new short[COUNTS_PER_BLOCK]);
      block[(int) (cluster % COUNTS_PER_BLOCK)]++;
    }
  }

  /// Writes the blocks that can change no more, because everything new lies behind `settled`.
  void writeSettled(long settled) throws IOException {
    while (!open.isEmpty() && (open.firstKey() + 1L) * COUNTS_PER_BLOCK <= settled) {
      long at = take();
      writeBlock(open.firstKey(), open.remove(open.firstKey()), at);
    }
  }

  /// Writes what is left and the table of all blocks. Both are counted themselves.
  ///
  /// @return the cluster of the table
  long finish() throws IOException {
    int blocks = blockClusters.size();
    int tableClusters = 1;
    boolean grows = true;
    while (grows) { // each block and each table cluster may need one more of the other
      long end = clusters.next() + blocks - blockClusters.size() + tableClusters;
      int blocksThen = (int) Math.ceilDiv(end, COUNTS_PER_BLOCK);
      int tableThen = Math.ceilDiv(blocksThen * Long.BYTES, Layout.WRITTEN_CLUSTER_BYTES);
      grows = blocksThen > blocks || tableThen > tableClusters;
      blocks = blocksThen;
      tableClusters = tableThen;
    }
    while (blockClusters.size() < blocks) {
      blockClusters.add(take());
    }
    long table = clusters.next();
    for (int i = 0; i < tableClusters; i++) {
      take();
    }
    for (var block : open.entrySet()) {
      writeCounts(block.getValue(), blockClusters.get(block.getKey()));
    }
    writeTable(table, tableClusters);
    return table;
  }

  int tableClusters() {
    return Math.ceilDiv(blockClusters.size() * Long.BYTES, Layout.WRITTEN_CLUSTER_BYTES);
  }

  private long take() {
    long cluster = clusters.take();
    add(cluster, 1);
    return cluster;
  }

  private void writeBlock(int index, short[] counts, long at) throws IOException {
    if (index != blockClusters.size()) {
      throw new AssertionError("refcount block " + index + " after " + blockClusters.size());
    }
    blockClusters.add(at);
    writeCounts(counts, at);
  }

  private void writeCounts(short[] counts, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Layout.WRITTEN_CLUSTER_BYTES);
    bytes.asShortBuffer().put(counts);
    clusters.write(at, bytes);
  }

  private void writeTable(long table, int tableClusters) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(tableClusters * Layout.WRITTEN_CLUSTER_BYTES);
    blockClusters.forEach(cluster -> bytes.putLong(cluster * Layout.WRITTEN_CLUSTER_BYTES));
    clusters.write(table, bytes.clear());
  }
}
