package io.landfall.transfer.tree;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/// The small files of a tree, one behind the other, as one device. Read-only; any thread.
final class PackDevice implements BlockDevice {
  private final HeldDirectory root;
  private final List<TreeEntry> files;
  private final long sizeBytes;

  /// @param files by their place in the pack
  PackDevice(HeldDirectory root, List<TreeEntry> files) {
    this.root = root;
    this.files = files;
    TreeEntry last = files.isEmpty() ? null : files.getLast();
    this.sizeBytes = last == null ? 0 : last.packOffset() + last.sizeBytes();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes);
    try (PackReader reader = new PackReader(root)) {
      long at = offset;
      for (int i = fileAt(offset); target.hasRemaining(); i++) {
        TreeEntry entry = files.get(i);
        long from = at - entry.packOffset();
        int length = (int) Math.min(target.remaining(), entry.sizeBytes() - from);
        if (length > 0) {
          reader.read(entry, from, target.slice(target.position(), length));
          target.position(target.position() + length);
          at += length;
        }
      }
    }
  }

  /// The last file that begins at or before `offset`.
  private int fileAt(long offset) {
    int low = 0;
    int high = files.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (files.get(middle).packOffset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    return length == 0 ? List.of() : List.of(new Extent(offset, length, Extent.Kind.DATA));
  }

  @Override
  public void close() {
    // The tree it belongs to holds the directory.
  }
}
