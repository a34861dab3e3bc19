package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.util.List;

/// Checks the whole mapping of an image once, when it is opened: every pointer is aligned, leads
/// inside the file, and to a cluster that nothing else owns; no reserved bit is set.
///
/// QEMU converts images that break these rules "successfully": it hands out the image's own tables
/// as guest data, or zeros for what lies behind the end. Refcounts are not compared: reading needs
/// none, and an image whose writer died with lazy refcounts is still good.
final class MappingCheck {
  private final ImageFile file;
  private final Header header;
  private final ClusterClaims claims;

  private MappingCheck(ImageFile file, Header header) {
    this.file = file;
    this.header = header;
    this.claims = new ClusterClaims(file, header.clusterBits());
  }

  /// What else than guest data is in the image.
  record Extras(List<String> snapshots, List<Bitmap> bitmaps) {}

  static Extras run(ImageFile file, Header header) throws IOException {
    MappingCheck check = new MappingCheck(file, header);
    check.claims.claimHeader();
    check.checkRefcountTable();
    ExtraTables extra = new ExtraTables(file, header, check.claims);
    Extras extras = new Extras(extra.snapshots(), extra.bitmaps());
    check.checkL1();
    return extras;
  }

  private void checkRefcountTable() throws IOException {
    long offset = header.refcountTableOffset();
    claims.claim(offset, header.refcountTableClusters(), "refcount table");
    long bytes = (long) header.refcountTableClusters() << header.clusterBits();
    TableScan.entries(
        file,
        offset,
        bytes,
        Long.BYTES,
        (index, entry, _) -> {
          requireClear(entry, Layout.REFCOUNT_TABLE_RESERVED, "refcount table entry " + index);
          claims.claim(entry, 1, "refcount block " + index);
        });
  }

  private void checkL1() throws IOException {
    if (header.l1Entries() == 0) {
      return;
    }
    long bytes = (long) header.l1Entries() * Long.BYTES;
    if (header.l1Offset() < 0 || header.l1Offset() > file.sizeBytes() - bytes) {
      throw file.refuse(
          Reason.BAD_POINTER,
          "L1 table at %s with %d bytes, but the file ends at %d"
              .formatted(Long.toUnsignedString(header.l1Offset()), bytes, file.sizeBytes()));
    }
    claims.claim(header.l1Offset(), Math.ceilDiv(bytes, header.clusterBytes()), "L1 table");
    TableScan.entries(
        file, header.l1Offset(), bytes, Long.BYTES, (index, entry, _) -> claimL2(index, entry));
    TableScan.entries(
        file, header.l1Offset(), bytes, Long.BYTES, (index, entry, _) -> checkL2(index, entry));
  }

  /// All L2 tables are claimed before any data cluster, so that the refusal names the data.
  private void claimL2(long index, long entry) throws IOException {
    requireClear(entry, Layout.L1_RESERVED, "L1 entry " + index);
    claims.claim(entry & Layout.OFFSET_MASK, 1, "L2 table " + index);
  }

  private void checkL2(long l1Index, long l1Entry) throws IOException {
    long firstCluster = l1Index * header.l2Entries();
    TableScan.entries(
        file,
        l1Entry & Layout.OFFSET_MASK,
        header.clusterBytes(),
        header.l2EntryBytes(),
        (index, entry, bitmap) -> checkEntry(firstCluster + index, entry, bitmap));
  }

  private void checkEntry(long guestCluster, long entry, long bitmap) throws IOException {
    if ((entry & Layout.COMPRESSED) != 0) {
      checkCompressed(guestCluster, entry);
      return;
    }
    requireClear(entry, Layout.L2_RESERVED, "L2 entry of guest cluster " + guestCluster);
    boolean zeroBitAllowed = header.version() >= 3 && !header.extendedL2();
    if ((entry & Layout.READS_AS_ZERO) != 0 && !zeroBitAllowed) {
      throw file.refuse(
          Reason.INCONSISTENT,
          "guest cluster " + guestCluster + " has a zero flag, which this version has not");
    }
    long host = entry & Layout.OFFSET_MASK;
    if (host == 0 && (entry & Layout.COPIED) != 0) {
      throw file.refuse(
          Reason.BAD_POINTER, "guest cluster " + guestCluster + " lies at 0, where the header is");
    }
    if ((bitmap & (bitmap >>> 32)) != 0 || (host == 0 && (int) bitmap != 0)) {
      throw file.refuse(
          Reason.INCONSISTENT,
          "guest cluster %d has the subcluster bits %016x, which contradict each other"
              .formatted(guestCluster, bitmap));
    }
    if (host != 0) {
      claims.claim(host, 1, "guest cluster " + guestCluster);
    }
  }

  private void checkCompressed(long guestCluster, long entry) throws IOException {
    if ((entry & Layout.COPIED) != 0) {
      throw file.refuse(
          Reason.INCONSISTENT,
          "guest cluster " + guestCluster + " is compressed and marked as not shared");
    }
    CompressedRun run = CompressedRun.of(entry, header.clusterBits());
    claims.claimCompressed(run.offset(), run.length(), "compressed guest cluster " + guestCluster);
  }

  private void requireClear(long entry, long reserved, String what) throws IOException {
    if ((entry & reserved) != 0) {
      throw file.refuse(
          Reason.INCONSISTENT, "%s is %016x, with reserved bits set".formatted(what, entry));
    }
  }
}
