package io.landfall.transfer.tree;

import io.landfall.protocol.content.ChunkId;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Reads a tree from a held directory: what is in it, and the digests of its small files. One
/// thread.
final class TreeScan {
  private static final int SPECIAL_BITS = 07000;
  private static final String WANTED = "unix:mode,ino,dev,nlink,size,lastModifiedTime";

  private final HeldDirectory root;
  private final TreeFilter filter;
  private final List<TreeEntry> entries = new ArrayList<>();
  private final Map<String, String> linked = new HashMap<>(); // device and inode to first path
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
    Path at = directory.path().resolve(name);
    Map<String, Object> stat = Files.readAttributes(at, WANTED, LinkOption.NOFOLLOW_LINKS);
    int mode = (int) stat.get("mode");
    switch (mode >> 12) {
      case 4 -> subdirectory(directory, name, path, stat);
      case 8 -> {
        if (filter.takesFile(path)) {
          file(directory, name, path, stat);
        }
      }
      case 10 -> {
        if (filter.takesFile(path)) {
          String target = Files.readSymbolicLink(at).toString();
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
      HeldDirectory directory, String name, String path, Map<String, Object> stat)
      throws IOException {
    if (filter.takesDirectory(path)) {
      entries.add(TreeEntry.directory(path, (int) stat.get("mode") & 0777, mtime(stat)));
      try (HeldDirectory child = directory.child(name)) {
        directory(child, path + '/');
      }
    }
  }

  private void file(HeldDirectory directory, String name, String path, Map<String, Object> stat)
      throws IOException {
    int mode = (int) stat.get("mode");
    if ((mode & SPECIAL_BITS) != 0) {
      throw new IOException(
          "'" + path + "' has the setuid, setgid or sticky bit; exclude it to copy the rest");
    }
    if ((int) stat.get("nlink") > 1) {
      String first = linked.putIfAbsent(stat.get("dev") + ":" + stat.get("ino"), path);
      if (first != null) {
        entries.add(TreeEntry.link(path, TreeEntry.Kind.HARDLINK, first));
        return;
      }
    }
    long size = (long) stat.get("size");
    boolean small = size < TreeSource.LARGE_BYTES;
    entries.add(
        new TreeEntry(
            path,
            TreeEntry.Kind.FILE,
            mode & 0777,
            mtime(stat),
            size,
            Optional.empty(),
            small ? Optional.of(digest(directory, name, path, size)) : Optional.empty(),
            small ? packed : 0,
            small ? Optional.empty() : Optional.of(directory.file(name, Export::stampOf))));
    packed += small ? size : 0;
  }

  private static String digest(HeldDirectory directory, String name, String path, long size)
      throws IOException {
    ByteBuffer content = ByteBuffer.allocate((int) size);
    directory.file(
        name,
        file -> {
          PackDevice.readFully(file, 0, content, path);
          return null;
        });
    return ChunkId.of(content.flip()).toString();
  }

  private static long mtime(Map<String, Object> stat) {
    return ((java.nio.file.attribute.FileTime) stat.get("lastModifiedTime"))
        .to(TimeUnit.NANOSECONDS);
  }
}
