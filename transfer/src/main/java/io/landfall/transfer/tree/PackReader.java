package io.landfall.transfer.tree;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads small files of a tree, by their entries. Files of one directory lie together: it is looked
/// up once for all of them. One thread.
final class PackReader implements AutoCloseable {
  private final HeldDirectory root;
  private String directory = "";
  private HeldDirectory parent;

  PackReader(HeldDirectory root) {
    this.root = root;
  }

  /// Fills `part`, which is direct or not, with what the file has from `from` on.
  void read(TreeEntry entry, long from, ByteBuffer part) throws IOException {
    String path = entry.path();
    int name = path.lastIndexOf('/') + 1;
    if (parent == null || !directory.equals(path.substring(0, name))) {
      close();
      parent = root.parentOf(path);
      directory = path.substring(0, name);
    }
    if (part.isDirect()) {
      parent.read(path.substring(name), from, part, path);
    } else {
      ByteBuffer direct = ByteBuffer.allocateDirect(part.remaining());
      parent.read(path.substring(name), from, direct, path);
      part.put(direct.flip());
    }
  }

  @Override
  public void close() throws IOException {
    if (parent != null) {
      HeldDirectory last = parent;
      parent = null;
      last.close();
    }
  }
}
