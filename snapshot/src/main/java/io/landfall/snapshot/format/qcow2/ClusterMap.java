package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.format.file.BoundedCache;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Looks up where guest bytes lie, through the L1 and L2 tables.
///
/// Shape: an L1 table of 8-byte entries, each for one L2 table, which fills a cluster with entries
/// of 8 bytes (16 with subclusters), each for one guest cluster. Both are read in slices of at most
/// 64 KiB through a cache of 4 MiB; a slice covers 512 MiB at clusters of 64 KiB, so that a
/// sequential reader misses once per that.
///
/// Any thread.
final class ClusterMap {
  private static final int SLICE_BYTES = 64 * 1024;
  private static final long CACHE_BYTES = 4L << 20;

  private final ImageFile file;
  private final Header header;
  private final int l2SliceBytes;
  private final BoundedCache<ByteBuffer> slices =
      new BoundedCache<>(CACHE_BYTES, ByteBuffer::capacity);

  ClusterMap(ImageFile file, Header header) {
    this.file = file;
    this.header = header;
    this.l2SliceBytes = Math.min(SLICE_BYTES, header.clusterBytes());
  }

  /// The first run at `offset`, at least 1 and at most `maxLength` bytes long.
  Mapping map(long offset, long maxLength) throws IOException {
    long l2 = l1Entry(offset / header.l1SpanBytes()) & Layout.OFFSET_MASK;
    if (l2 == 0) {
      long left = header.l1SpanBytes() - offset % header.l1SpanBytes();
      return new Mapping(Mapping.Kind.HOLE, 0, Math.min(left, maxLength));
    }
    long index = (offset >> header.clusterBits()) % header.l2Entries();
    long entryOffset = index * header.l2EntryBytes();
    long sliceStart = entryOffset - entryOffset % l2SliceBytes;
    ByteBuffer slice = slice(l2 + sliceStart, l2SliceBytes);
    int at = (int) (entryOffset - sliceStart);
    Mapping run = one(slice, at, offset % header.clusterBytes());
    // A run that ends inside of its cluster has another kind behind it.
    while (run.length() < maxLength
        && (offset + run.length()) % header.clusterBytes() == 0
        && (at += header.l2EntryBytes()) < slice.limit()) {
      Mapping next = one(slice, at, 0);
      if (!run.continuesWith(next)) {
        break;
      }
      run = run.plus(next);
    }
    return run.cutAt(maxLength);
  }

  /// The file offset of `length` bytes of data that lie side by side, or -1 if they do not, or if
  /// that cannot be told without a look into the file.
  long cachedData(long offset, int length) throws IOException {
    long at = offset / header.l1SpanBytes() * Long.BYTES;
    ByteBuffer l1 = slices.present(header.l1Offset() + at - at % SLICE_BYTES);
    if (l1 == null) {
      return -1;
    }
    long l2 = l1.getLong((int) (at % SLICE_BYTES)) & Layout.OFFSET_MASK;
    long entry = (offset >> header.clusterBits()) % header.l2Entries() * header.l2EntryBytes();
    if (l2 == 0 || slices.present(l2 + entry - entry % l2SliceBytes) == null) {
      return -1;
    }
    Mapping run = map(offset, length);
    return run.kind() == Mapping.Kind.DATA && run.length() == length ? run.host() : -1;
  }

  private long l1Entry(long index) throws IOException {
    long at = index * Long.BYTES;
    long sliceStart = at - at % SLICE_BYTES;
    long left = (long) header.l1Entries() * Long.BYTES - sliceStart;
    return slice(header.l1Offset() + sliceStart, (int) Math.min(SLICE_BYTES, left))
        .getLong((int) (at - sliceStart));
  }

  private ByteBuffer slice(long offset, int bytes) throws IOException {
    return slices.get(
        offset,
        key -> {
          ByteBuffer slice = ByteBuffer.allocate(bytes);
          file.readPadded(key, slice);
          return slice.flip();
        });
  }

  /// What one cluster, from `inCluster` on, maps to.
  private Mapping one(ByteBuffer slice, int at, long inCluster) {
    long entry = slice.getLong(at);
    long left = header.clusterBytes() - inCluster;
    if ((entry & Layout.COMPRESSED) != 0) {
      return new Mapping(Mapping.Kind.COMPRESSED, entry, left);
    }
    long host = entry & Layout.OFFSET_MASK;
    if (header.extendedL2()) {
      return subclusters(host, slice.getLong(at + Long.BYTES), inCluster);
    }
    if ((entry & Layout.READS_AS_ZERO) != 0) {
      return new Mapping(Mapping.Kind.ZERO, 0, left);
    }
    return host == 0
        ? new Mapping(Mapping.Kind.HOLE, 0, left)
        : new Mapping(Mapping.Kind.DATA, host + inCluster, left);
  }

  /// A cluster of 32 subclusters: the low half of `bitmap` says which have data, the high half
  /// which read as zeros.
  private Mapping subclusters(long host, long bitmap, long inCluster) {
    int subclusterBits = header.clusterBits() - 5;
    int first = (int) (inCluster >> subclusterBits);
    Mapping.Kind kind = subclusterKind(bitmap, first);
    int next = first + 1;
    while (next < 32 && subclusterKind(bitmap, next) == kind) {
      next++;
    }
    long length = ((long) next << subclusterBits) - inCluster;
    return new Mapping(kind, kind == Mapping.Kind.DATA ? host + inCluster : 0, length);
  }

  private static Mapping.Kind subclusterKind(long bitmap, int subcluster) {
    if (((bitmap >>> (32 + subcluster)) & 1) != 0) {
      return Mapping.Kind.ZERO;
    }
    return ((bitmap >>> subcluster) & 1) != 0 ? Mapping.Kind.DATA : Mapping.Kind.HOLE;
  }
}
