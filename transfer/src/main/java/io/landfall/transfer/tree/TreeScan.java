package io.landfall.transfer.tree;

import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a tree from a held directory: what is in it, but no content. One thread.
final class TreeScan {
  private static final int SPECIAL_BITS = 07000;

  private final HeldDirectory root;
  private final TreeFilter filter;
  private final List<TreeEntry> entries = new ArrayList<>();
  private final Map<NativeFiles.Inode, String> linked = new HashMap<>(); // to first path
  private long packed;

  TreeScan(HeldDirectory root, TreeFilter filter) {
    this.root = root;
    this.filter = filter;
  }

  TreeListing listing() throws IOException {
    directory(root, "");
    return new TreeListing(entries);
  }

  private void directory(HeldDirectory directory, String prefix) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory.path())) {
      stream.forEach(path -> names.add(path.getFileName().toString()));
    }
    names.sort(null);
    for (String name : names) {
      if (entries.size() >= TreeListing.MAX_ENTRIES) {
        throw new IOException("the tree has more than " + TreeListing.MAX_ENTRIES + " names");
      }
      entry(directory, name, prefix + name);
    }
  }

  private void entry(HeldDirectory directory, String name, String path) throws IOException {
    TreeListing.requireName(path);
    NativeFiles.Status stat = directory.status(name);
    switch (stat.mode() >> 12) {
      case 4 -> subdirectory(directory, name, path, stat);
      case 8 -> {
        if (filter.takesFile(path)) {
          file(directory, name, path, stat);
        }
      }
      case 10 -> {
        if (filter.takesFile(path)) {
          String target = Files.readSymbolicLink(directory.path().resolve(name)).toString();
          TreeListing.requireInside(path, target);
          entries.add(TreeEntry.link(path, TreeEntry.Kind.SYMLINK, target));
        }
      }
      default -> {
        if (filter.takesFile(path)) {
          throw new IOException(
              "'"
                  + path
                  + "' is neither a file, a directory nor a link; exclude it to copy the rest");
        }
      }
    }
  }

  private void subdirectory(
      HeldDirectory directory, String name, String path, NativeFiles.Status stat)
      throws IOException {
    if (filter.takesDirectory(path)) {
      entries.add(TreeEntry.directory(path, stat.mode() & 0777, stat.mtimeNanos()));
      try (HeldDirectory child = directory.child(name)) {
        directory(child, path + '/');
      }
    }
  }

  private void file(HeldDirectory directory, String name, String path, NativeFiles.Status stat)
      throws IOException {
    int mode = stat.mode();
    if ((mode & SPECIAL_BITS) != 0) {
      throw new IOException(
          "'" + path + "' has the setuid, setgid or sticky bit; exclude it to copy the rest");
    }
    if (stat.links() > 1) {
      String first = linked.putIfAbsent(stat.inode(), path);
      if (first != null) {
        entries.add(TreeEntry.link(path, TreeEntry.Kind.HARDLINK, first));
        return;
      }
    }
    long size = stat.sizeBytes();
    boolean small = size < TreeSource.LARGE_BYTES;
    entries.add(
        new TreeEntry(
            path,
            TreeEntry.Kind.FILE,
            mode & 0777,
            stat.mtimeNanos(),
            size,
            Optional.empty(),
            small ? packed : 0,
            small ? Optional.empty() : Optional.of(directory.file(name, Export::stampOf))));
    packed += small ? size : 0;
  }
}
