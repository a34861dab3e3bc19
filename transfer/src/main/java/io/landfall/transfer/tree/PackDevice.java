package io.landfall.transfer.tree;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    long at = offset;
    for (int i = fileAt(offset); target.hasRemaining(); i++) {
      TreeEntry entry = files.get(i);
      long from = at - entry.packOffset();
      int length = (int) Math.min(target.remaining(), entry.sizeBytes() - from);
      if (length > 0) {
        ByteBuffer part = target.slice(target.position(), length);
        read(entry, from, part);
        target.position(target.position() + length);
        at += length;
      }
    }
  }

  private void read(TreeEntry entry, long from, ByteBuffer part) throws IOException {
    String path = entry.path();
    try (HeldDirectory parent = root.parentOf(path)) {
      parent.file(
          path.substring(path.lastIndexOf('/') + 1),
          file -> {
            readFully(file, from, part, path);
            return null;
          });
    }
  }

  /// Fills `target` from `from` on.
  ///
  /// @throws IOException with the name if the file has become shorter
  static void readFully(Path file, long from, ByteBuffer target, String name) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long at = from;
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw new IOException("'" + name + "' became shorter while it was sent");
        }
        at += count;
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
