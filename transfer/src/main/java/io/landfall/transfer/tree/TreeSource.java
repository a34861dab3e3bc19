package io.landfall.transfer.tree;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// Offers a directory: as a listing, a pack, and a file for each large one. The tree is read once
/// when it is opened; what changes after that fails the pull with the name. Any thread.
public final class TreeSource implements AutoCloseable {
  /// Files of this size and more are exports of their own.
  static final long LARGE_BYTES = 8 << 20;

  static final String LISTING = "listing";
  static final String PACK = "pack";
  static final String DIGESTS = "digests";
  static final String FILE = "file/";

  private final HeldDirectory root;
  private final TreeListing listing;
  private final List<TreeEntry> packed;
  private final TreeDigests digests;
  private final Executor hashing;

  private TreeSource(HeldDirectory root, TreeListing listing, Executor hashing) {
    this.root = root;
    this.listing = listing;
    this.packed = listing.entries().stream().filter(TreeEntry::small).toList();
    this.digests = new TreeDigests(root, packed);
    this.hashing = hashing;
  }

  /// Reads the tree below `directory`.
  ///
  /// @param hashing names the chunks of large files meanwhile
  /// @throws IOException naming what cannot be sent
  public static TreeSource open(java.nio.file.Path directory, TreeFilter filter, Executor hashing)
      throws IOException {
    HeldDirectory root = HeldDirectory.open(directory);
    try {
      return new TreeSource(root, new TreeScan(root, filter).listing(), hashing);
    } catch (IOException | RuntimeException e) {
      root.close();
      throw e;
    }
  }

  /// What is in it.
  public TreeListing listing() {
    return listing;
  }

  /// Opens one part of it, by the name that a [TreeLanding] asks for.
  public Optional<Export> find(String name) throws IOException {
    if (name.equals(LISTING)) {
      return Optional.of(export(listing.toBytes()));
    }
    if (name.equals(DIGESTS)) {
      return Optional.of(export(digests.await()));
    }
    if (name.equals(PACK)) {
      digests.begin(hashing); // asked for when the pack is through
      return Optional.of(Export.of(new PackDevice(root, packed)));
    }
    return name.startsWith(FILE) ? large(name.substring(FILE.length())) : Optional.empty();
  }

  private static Export export(byte[] bytes) throws IOException {
    MemoryDevice device = new MemoryDevice(bytes.length);
    device.write(0, ByteBuffer.wrap(bytes));
    return Export.of(device);
  }

  /// Only what the listing names is opened, whatever is asked for.
  private Optional<Export> large(String path) throws IOException {
    Optional<TreeEntry> entry =
        listing.entries().stream().filter(e -> e.large() && e.path().equals(path)).findAny();
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    CompletableFuture<Manifest> manifest =
        CompletableFuture.supplyAsync(() -> manifest(path), hashing);
    return Optional.of(
        Export.of(open(path)).withManifest(manifest).withStamp(entry.get().stamp().orElseThrow()));
  }

  private Manifest manifest(String path) {
    try (RawFile content = open(path)) {
      return Chunking.manifestOf(content, Chunks.DEFAULT_SIZE_BYTES, done -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RawFile open(String path) throws IOException {
    try (HeldDirectory parent = root.parentOf(path)) {
      return parent.file(path.substring(path.lastIndexOf('/') + 1), RawFile::open);
    }
  }

  @Override
  public void close() throws IOException {
    digests.close();
    root.close();
  }
}
