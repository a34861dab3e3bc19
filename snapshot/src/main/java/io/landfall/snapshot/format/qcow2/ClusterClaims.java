package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.util.BitSet;

/// Who owns which cluster of the file, while the mapping of an image is checked. A cluster has one
/// owner; only compressed clusters may share theirs, and only among themselves.
///
/// Two bits per cluster of the file, in pages that are made when the first cluster in them is
/// claimed. One thread.
final class ClusterClaims {
  private static final int PAGE_BITS = 16;
  private static final int PAGE_CLUSTERS = 1 << PAGE_BITS;

  private final ImageFile file;
  private final int clusterBits;
  private final BitSet[] owned;
  private final BitSet[] compressed;

  ClusterClaims(ImageFile file, int clusterBits) {
    this.file = file;
    this.clusterBits = clusterBits;
    int pages = (int) Math.ceilDiv(fileClusters(), PAGE_CLUSTERS);
    this.owned = new BitSet[pages];
    this.compressed = new BitSet[pages];
  }

  private long fileClusters() {
    return Math.ceilDiv(file.sizeBytes(), 1 << clusterBits);
  }

  /// Claims whole clusters for a table or for data. The last one may be cut short by the end of the
  /// file.
  void claim(long offset, long clusters, String owner) throws IOException {
    long clusterBytes = 1L << clusterBits;
    if (offset <= 0 || offset % clusterBytes != 0) {
      throw file.refuse(
          Reason.BAD_POINTER,
          "%s at %s, expected a multiple of the cluster size %d"
              .formatted(owner, Long.toUnsignedString(offset), clusterBytes));
    }
    long first = offset >> clusterBits;
    if (first > fileClusters() - clusters) {
      throw file.refuse(
          Reason.BAD_POINTER,
          "%s at %d with %d clusters, but the file ends at %d"
              .formatted(owner, offset, clusters, file.sizeBytes()));
    }
    for (long cluster = first; cluster < first + clusters; cluster++) {
      if (isSet(compressed, cluster) || testAndSet(owned, cluster)) {
        throw sharedCluster(owner, cluster);
      }
    }
  }

  /// Claims the header, which is where no pointer may lead.
  void claimHeader() {
    testAndSet(owned, 0);
  }

  /// Claims the clusters that a run of compressed bytes touches. Its last sectors may be announced
  /// behind the end of the file.
  void claimCompressed(long offset, long length, String owner) throws IOException {
    if (offset >= file.sizeBytes()) {
      throw file.refuse(
          Reason.BAD_POINTER,
          "%s at %d, but the file ends at %d".formatted(owner, offset, file.sizeBytes()));
    }
    long last = (Math.min(offset + length, file.sizeBytes()) - 1) >> clusterBits;
    for (long cluster = offset >> clusterBits; cluster <= last; cluster++) {
      if (isSet(owned, cluster)) {
        throw sharedCluster(owner, cluster);
      }
      testAndSet(compressed, cluster);
    }
  }

  private IOException sharedCluster(String owner, long cluster) {
    return file.refuse(
        Reason.BAD_POINTER,
        "%s at %d, where something else lies already".formatted(owner, cluster << clusterBits));
  }

  private static boolean isSet(BitSet[] pages, long cluster) {
    BitSet page = pages[(int) (cluster >> PAGE_BITS)];
    return page != null && page.get((int) (cluster & (PAGE_CLUSTERS - 1)));
  }

  private static boolean testAndSet(BitSet[] pages, long cluster) {
    int index = (int) (cluster >> PAGE_BITS);
    if (pages[index] == null) {
      pages[index] = new BitSet(PAGE_CLUSTERS);
    }
    int bit = (int) (cluster & (PAGE_CLUSTERS - 1));
    boolean was = pages[index].get(bit);
    pages[index].set(bit);
    return was;
  }
}
