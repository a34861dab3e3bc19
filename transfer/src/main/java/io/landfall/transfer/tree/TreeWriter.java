package io.landfall.transfer.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Makes files, links and directories below a directory that nobody else can write to. [#small] may
/// be called by several threads at once, for different files.
final class TreeWriter {
  private static final PosixFilePermission[] BITS = {
    PosixFilePermission.OTHERS_EXECUTE,
    PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_READ,
    PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.GROUP_WRITE,
    PosixFilePermission.GROUP_READ,
    PosixFilePermission.OWNER_EXECUTE,
    PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_READ
  };

  private final HeldDirectory tree;
  private final Path top;
  private final boolean fresh;
  private final Set<String> written = ConcurrentHashMap.newKeySet();

  /// @param fresh whether nothing is in the directory yet
  TreeWriter(HeldDirectory tree, boolean fresh) {
    this.tree = tree;
    this.top = tree.path();
    this.fresh = fresh;
  }

  /// Makes all directories, and removes what an attempt before left that has no place any more.
  void prepare(TreeListing listing) throws IOException {
    Set<String> files = new HashSet<>();
    Set<String> directories = new HashSet<>();
    for (TreeEntry entry : listing.entries()) {
      switch (entry.kind()) {
        case DIRECTORY -> directories.add(entry.path());
        case FILE -> files.add(entry.path());
        case SYMLINK, HARDLINK -> {} // made anew
      }
    }
    tidy(top, "", files, directories);
    for (TreeEntry entry : listing.entries()) {
      if (entry.kind() == TreeEntry.Kind.DIRECTORY) {
        Path directory = top.resolve(entry.path());
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(directory);
        }
      }
    }
  }

  private static void tidy(
      Path directory, String prefix, Set<String> files, Set<String> directories)
      throws IOException {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
      for (Path at : names) {
        String name = at.getFileName().toString();
        String path = prefix + name;
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
          Files.setPosixFilePermissions(at, permissions(0700));
          tidy(at, path + '/', files, directories);
          if (!directories.contains(path)) {
            Files.delete(at);
          }
        } else if (!files.contains(path) && !belongsToLanding(name, prefix, files)) {
          Files.delete(at);
        }
      }
    }
  }

  /// The part file and the journal of a large file that was not finished.
  private static boolean belongsToLanding(String name, String prefix, Set<String> files) {
    int part = name.lastIndexOf(".part");
    return name.startsWith(".") && part > 1 && files.contains(prefix + name.substring(1, part));
  }

  /// Whether a small file is there with its content. If it is there with another, it is removed.
  ///
  /// @param digest of what it should be
  boolean holds(TreeEntry entry, ByteBuffer digest) throws IOException {
    if (fresh) {
      return false;
    }
    Path at = top.resolve(entry.path());
    boolean holds =
        Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)
            && Files.size(at) == entry.sizeBytes()
            && Files.isReadable(at)
            && TreeDigests.of(ByteBuffer.wrap(Files.readAllBytes(at))).equals(digest);
    if (!holds) {
      Files.deleteIfExists(at);
    }
    return holds;
  }

  /// Makes a small file whole, with its mode and time.
  ///
  /// @param content direct
  void small(TreeEntry entry, ByteBuffer content) throws IOException {
    tree.create(entry.path(), content, entry.mode(), entry.mtimeNanos());
    written.add(entry.path());
  }

  /// Links, then modes and times from the leaves up: what is made in a directory changes its time.
  void finish(TreeListing listing) throws IOException {
    List<TreeEntry> entries = listing.entries();
    for (TreeEntry entry : entries) {
      Path at = top.resolve(entry.path());
      switch (entry.kind()) {
        case SYMLINK -> Files.createSymbolicLink(at, Path.of(entry.target().orElseThrow()));
        case HARDLINK -> Files.createLink(at, top.resolve(entry.target().orElseThrow()));
        case FILE, DIRECTORY -> {}
      }
    }
    for (TreeEntry entry : entries.reversed()) {
      boolean hasMode =
          entry.kind() == TreeEntry.Kind.FILE || entry.kind() == TreeEntry.Kind.DIRECTORY;
      if (hasMode && !written.contains(entry.path())) {
        Path at = top.resolve(entry.path());
        Files.setPosixFilePermissions(at, permissions(entry.mode()));
        Files.setLastModifiedTime(at, TreeLanding.time(entry.mtimeNanos()));
      }
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < BITS.length; bit++) {
      if ((mode & (1 << bit)) != 0) {
        permissions.add(BITS[bit]);
      }
    }
    return permissions;
  }
}
