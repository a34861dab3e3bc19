package io.landfall.transfer.tree;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// A file or a directory below a directory, on offer to be copied. Any thread.
public final class CopySource implements AutoCloseable {
  /// The part that a file is.
  public static final String IMAGE = "image";

  private static final int MAX_EXTENTS = 4096;

  private final Optional<TreeSource> tree;
  private final Optional<RawFile> file;
  private final String stamp;
  private final Optional<CompletableFuture<Manifest>> manifest;

  private CopySource(
      Optional<TreeSource> tree,
      Optional<RawFile> file,
      String stamp,
      Optional<CompletableFuture<Manifest>> manifest) {
    this.tree = tree;
    this.file = file;
    this.stamp = stamp;
    this.manifest = manifest;
  }

  /// Opens what `relative` names below `base`; no link on the way is followed.
  ///
  /// @param filter of a directory
  /// @param hashing names the chunks of large files meanwhile
  /// @throws java.nio.file.NoSuchFileException if there is no such thing
  public static CopySource open(Path base, String relative, TreeFilter filter, Executor hashing)
      throws IOException {
    TreeListing.requireName(relative);
    try (HeldDirectory top = HeldDirectory.open(base);
        HeldDirectory parent = top.parentOf(relative)) {
      String name = relative.substring(relative.lastIndexOf('/') + 1);
      Path at = parent.path().resolve(name);
      if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        throw new java.nio.file.NoSuchFileException(relative);
      }
      if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        try (HeldDirectory directory = parent.child(name)) {
          return new CopySource(
              Optional.of(TreeSource.open(directory.path(), filter, hashing)),
              Optional.empty(),
              "",
              Optional.empty());
        }
      }
      if (!Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("'" + relative + "' is neither a file nor a directory");
      }
      RawFile content = parent.file(name, RawFile::open);
      return new CopySource(
          Optional.empty(),
          Optional.of(content),
          parent.file(name, Export::stampOf),
          Optional.of(CompletableFuture.supplyAsync(() -> manifest(content), hashing)));
    }
  }

  private static Manifest manifest(RawFile content) {
    try {
      return Chunking.manifestOf(content, Chunks.DEFAULT_SIZE_BYTES, done -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether it is a directory.
  public boolean directory() {
    return tree.isPresent();
  }

  /// Bytes that may have to travel: of a file, without its holes.
  public long dataBytes() throws IOException {
    if (tree.isPresent()) {
      return tree.get().listing().totalBytes();
    }
    RawFile content = file.orElseThrow();
    long data = 0;
    long at = 0;
    while (at < content.sizeBytes()) {
      for (Extent extent : content.extents(at, content.sizeBytes() - at, MAX_EXTENTS)) {
        data += extent.kind() == Extent.Kind.DATA ? extent.length() : 0;
        at += extent.length();
      }
    }
    return data;
  }

  /// Bytes of its files.
  public long sizeBytes() {
    return tree.map(t -> t.listing().totalBytes()).orElseGet(() -> file.orElseThrow().sizeBytes());
  }

  /// Names in it.
  public int names() {
    return tree.map(t -> t.listing().entries().size()).orElse(1);
  }

  /// Opens one part.
  public Optional<Export> find(String part) throws IOException {
    if (tree.isPresent()) {
      return tree.get().find(part);
    }
    return part.equals(IMAGE)
        ? Optional.of(
            Export.of(new SharedFile(file.orElseThrow()))
                .withManifest(manifest.orElseThrow())
                .withStamp(stamp))
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    if (tree.isPresent()) {
      tree.get().close();
    } else {
      manifest.orElseThrow().cancel(false);
      file.orElseThrow().close();
    }
  }
}
