package io.landfall.transfer.tree;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

  private final Path top;

  TreeWriter(Path top) {
    this.top = top;
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

  /// Whether a small file is there with its content.
  boolean holds(TreeEntry entry) throws IOException {
    Path at = top.resolve(entry.path());
    if (!Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)
        || Files.size(at) != entry.sizeBytes()) {
      return false;
    }
    return digest(ByteBuffer.wrap(Files.readAllBytes(at))).equals(entry.digest().orElseThrow());
  }

  static String digest(ByteBuffer content) {
    return ChunkId.of(content).toString();
  }

  /// Writes a small file whole.
  void small(TreeEntry entry, ByteBuffer content) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            top.resolve(entry.path()),
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            LinkOption.NOFOLLOW_LINKS)) {
      while (content.hasRemaining()) {
        file.write(content);
      }
    }
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
      if (entry.kind() == TreeEntry.Kind.FILE || entry.kind() == TreeEntry.Kind.DIRECTORY) {
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
