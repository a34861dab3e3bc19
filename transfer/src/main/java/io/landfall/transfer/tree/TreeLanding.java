package io.landfall.transfer.tree;

import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress.Phase;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.landing.TransferRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Lands a tree that a [TreeSource] offers: in `.NAME.landing` beside the target, then renamed. A
/// landing that broke off goes on with what is there and has the right digest. One thread at a
/// time.
///
/// ```
/// .NAME.landing/           mode 0700: nobody else can put a link where we write
///   listing                of the attempt before: what its large files were
///   tree/                  becomes NAME
/// ```
public final class TreeLanding {
  private static final String TREE = "tree";
  private static final String LISTING = "listing";

  private final Parts parts;
  private final TransferListener listener;
  private long zeroBytes;
  private long pulledBytes;
  private long wireBytes;
  private long hereBytes;

  /// How the parts of a tree are opened at its source.
  @FunctionalInterface
  public interface Parts {
    /// Opens one part by the name that [TreeSource#find] knows.
    RemoteImage open(String part) throws IOException;
  }

  /// What landed.
  ///
  /// @param entries names in the tree
  /// @param totalBytes of its files
  /// @param zeroBytes of them that were known to be zero and did not travel
  /// @param hereBytes of them that were here already
  /// @param pulledBytes of them that came
  /// @param wireBytes received for them
  public record Landed(
      int entries,
      long totalBytes,
      long zeroBytes,
      long hereBytes,
      long pulledBytes,
      long wireBytes) {}

  private TreeLanding(Parts parts, TransferListener listener) {
    this.parts = parts;
    this.listener = listener;
  }

  /// Lands the tree as the directory `target`, which must not exist.
  ///
  /// @throws FileAlreadyExistsException if it does
  /// @throws io.landfall.protocol.error.ProtocolException if the source sends what no tree is
  public static Landed land(Parts parts, Path target, TransferListener listener)
      throws IOException {
    return new TreeLanding(parts, listener).land(target.toAbsolutePath().normalize());
  }

  /// Asks what is in the tree, and lands nothing.
  public static TreeListing list(Parts parts) throws IOException {
    return TreeListing.parse(whole(parts, TreeSource.LISTING, TreeListing.MAX_BYTES));
  }

  private static byte[] whole(Parts parts, String part, int mostBytes) throws IOException {
    try (RemoteImage remote = parts.open(part)) {
      if (remote.sizeBytes() > mostBytes) {
        throw TreeListing.refused(
            "a " + part + " of " + remote.sizeBytes() + " bytes, expected at most " + mostBytes);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) remote.sizeBytes());
      remote.read(0, bytes);
      return bytes.array();
    }
  }

  private Landed land(Path target) throws IOException {
    TreeListing listing = list(parts);
    try (HeldDirectory beside = HeldDirectory.open(target.getParent())) {
      String name = target.getFileName().toString();
      requireFree(beside, target);
      requireRoom(beside, listing, target);
      String staging = "." + name + ".landing";
      try (HeldDirectory stage = stage(beside, staging)) {
        fill(stage, listing);
        requireFree(beside, target);
        Files.move(
            stage.path().resolve(TREE),
            beside.path().resolve(name),
            StandardCopyOption.ATOMIC_MOVE);
        Files.delete(stage.path().resolve(LISTING));
      }
      Files.delete(beside.path().resolve(staging));
      DurableFiles.syncDirectory(beside.path());
    }
    return new Landed(
        listing.entries().size(),
        listing.totalBytes(),
        zeroBytes,
        hereBytes,
        pulledBytes,
        wireBytes);
  }

  private static void requireFree(HeldDirectory beside, Path target) throws IOException {
    if (Files.exists(beside.path().resolve(target.getFileName()), LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(
          target + ": exists already; landing does not replace it");
    }
  }

  private static void requireRoom(HeldDirectory beside, TreeListing listing, Path target)
      throws IOException {
    long room = beside.path().toFile().getUsableSpace();
    long needed = listing.packBytes(); // a large file asks for itself, without its holes
    if (needed > room) {
      throw new IOException(
          target + ": its small files need " + needed + " bytes, and " + room + " are free");
    }
  }

  /// The staging directory: new, or that of an attempt before, if nobody but us could write to it.
  private static HeldDirectory stage(HeldDirectory beside, String name) throws IOException {
    Path path = beside.path().resolve(name);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    HeldDirectory stage = beside.child(name);
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(stage.path()));
    String owner = Files.getOwner(stage.path()).getName();
    if (!mode.equals("rwx------") || !owner.equals(System.getProperty("user.name"))) {
      stage.close();
      throw new IOException(
          name + " belongs to " + owner + " with mode " + mode + "; remove it to land here");
    }
    return stage;
  }

  private void fill(HeldDirectory stage, TreeListing listing) throws IOException {
    Set<TreeEntry> before = new HashSet<>(listingBefore(stage));
    DurableFiles.replace(stage.path().resolve(LISTING), listing.toBytes());
    Path top = stage.path().resolve(TREE);
    boolean fresh = !Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS);
    if (fresh) {
      Files.createDirectory(top);
    }
    try (HeldDirectory tree = stage.child(TREE)) {
      TreeWriter writer = new TreeWriter(tree, fresh);
      writer.prepare(listing);
      ProgressCounter progress = new ProgressCounter(listener, Phase.PULL, listing.totalBytes());
      try (RemoteImage pack = parts.open(TreeSource.PACK)) {
        List<TreeEntry> small = listing.entries().stream().filter(TreeEntry::small).toList();
        PackPull pull = new PackPull(pack, writer, progress, () -> digests(small.size()), fresh);
        pull.run(small);
        pulledBytes += pull.pulledBytes();
        wireBytes += pull.pulledBytes();
        hereBytes += pull.hereBytes();
      }
      for (TreeEntry entry : listing.entries()) {
        if (entry.large()) {
          large(entry, tree.path().resolve(entry.path()), before.contains(entry), progress);
        }
      }
      writer.finish(listing);
      tree.syncFileSystem();
    }
  }

  private ByteBuffer digests(int files) throws IOException {
    int length = files * TreeDigests.SIZE_BYTES;
    byte[] digests = whole(parts, TreeSource.DIGESTS, length);
    if (digests.length != length) {
      throw TreeListing.refused(
          digests.length + " bytes of digests for " + files + " files, expected " + length);
    }
    return ByteBuffer.wrap(digests);
  }

  private static List<TreeEntry> listingBefore(HeldDirectory stage) throws IOException {
    Path file = stage.path().resolve(LISTING);
    return Files.exists(file) ? TreeListing.parse(Files.readAllBytes(file)).entries() : List.of();
  }

  /// A file that is there under its name is complete; whether it is still the source's content, its
  /// stamp says.
  private void large(TreeEntry entry, Path at, boolean same, ProgressCounter progress)
      throws IOException {
    if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
      if (same && Files.size(at) == entry.sizeBytes()) {
        hereBytes += entry.sizeBytes();
        progress.add(entry.sizeBytes());
        return;
      }
      Files.delete(at);
    }
    try (RemoteImage source = parts.open(TreeSource.FILE + entry.path())) {
      if (source.sizeBytes() != entry.sizeBytes()) {
        throw new IOException("'" + entry.path() + "' changed while it was sent");
      }
      TransferRecord record =
          Landing.land(source, at, LandingOptions.DEFAULT, TransferListener.NONE).record();
      zeroBytes += record.zeroBytes();
      hereBytes += record.resumedBytes();
      pulledBytes += record.pulledBytes();
      wireBytes += record.wireBytes();
    }
    progress.add(entry.sizeBytes());
  }

  /// As nanoseconds since 1970.
  static FileTime time(long nanos) {
    return FileTime.from(nanos, TimeUnit.NANOSECONDS);
  }
}
