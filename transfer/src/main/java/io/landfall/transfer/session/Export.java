package io.landfall.transfer.session;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A content on offer: a device, and what is known of it beside its bytes. Owns the device; the
/// `with` methods hand it on to the export that they return.
public final class Export implements AutoCloseable {
  private final BlockDevice device;
  private final Optional<CompletableFuture<Manifest>> manifest;
  private final Optional<ImageId> base;
  private final String stamp;
  private final Allowance allowance;
  private final Checksums checksums;
  private final String owner;

  private Export(
      BlockDevice device,
      Optional<CompletableFuture<Manifest>> manifest,
      Optional<ImageId> base,
      String stamp,
      Allowance allowance,
      Checksums checksums,
      String owner) {
    this.device = device;
    this.manifest = manifest;
    this.base = base;
    this.stamp = stamp;
    this.allowance = allowance;
    this.checksums = checksums;
    this.owner = owner;
  }

  /// Offers all of `device`, which must not change while the export is open.
  public static Export of(BlockDevice device) {
    return new Export(
        device, Optional.empty(), Optional.empty(), "", Allowance.UNLIMITED, Checksums.NONE, "");
  }

  /// Names the chunks too, now or when hashing is through. A future that fails means that there are
  /// no names.
  public Export withManifest(CompletableFuture<Manifest> m) {
    return new Export(device, Optional.of(m), base, stamp, allowance, checksums, owner);
  }

  /// Says that `HOLE` extents of the device mean "the same as the image with this id".
  public Export withBase(ImageId id) {
    return new Export(device, manifest, Optional.of(id), stamp, allowance, checksums, owner);
  }

  /// Gives the content a stamp that changes whenever the content may have: with it, a landing that
  /// broke off is resumed although nobody has hashed the image.
  public Export withStamp(String text) {
    return new Export(device, manifest, base, text, allowance, checksums, owner);
  }

  /// Bounds what may be taken of it.
  public Export withAllowance(Allowance bound) {
    return new Export(device, manifest, base, stamp, bound, checksums, owner);
  }

  /// Bytes on offer.
  public long sizeBytes() {
    return device.sizeBytes();
  }

  /// Gives what an index knows of chunks of the default size: with it, a raw file on a link without
  /// encryption is sent by the kernel.
  public Export withChecksums(Checksums known) {
    return new Export(device, manifest, base, stamp, allowance, known, owner);
  }

  /// Says whose it is: what all of one owner's exports send together may be limited.
  public Export withOwner(String name) {
    return new Export(device, manifest, base, stamp, allowance, checksums, name);
  }

  /// A stamp for the content of a file: device, inode, size and both times.
  public static String stampOf(Path file) throws IOException {
    var attributes = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
    return "file "
        + attributes.get("dev")
        + ' '
        + attributes.get("ino")
        + ' '
        + attributes.get("size")
        + ' '
        + attributes.get("lastModifiedTime")
        + ' '
        + attributes.get("ctime");
  }

  BlockDevice device() {
    return device;
  }

  Optional<CompletableFuture<Manifest>> manifest() {
    return manifest.filter(m -> !m.isCompletedExceptionally());
  }

  Optional<ImageId> base() {
    return base;
  }

  Allowance allowance() {
    return allowance;
  }

  /// Whose it is; empty for nobody's.
  String owner() {
    return owner;
  }

  Checksums checksums() {
    return checksums;
  }

  String stamp() {
    return stamp;
  }

  /// The manifest if hashing is through.
  Optional<Manifest> knownManifest() {
    return manifest()
        .filter(m -> m.state() == CompletableFuture.State.SUCCESS)
        .map(CompletableFuture::join);
  }

  /// The id of the image, if it is known.
  public Optional<ImageId> knownImageId() {
    return knownManifest().map(Manifest::imageId);
  }

  int chunkSizeBytes() {
    return knownManifest().map(Manifest::chunkSizeBytes).orElse(Chunks.DEFAULT_SIZE_BYTES);
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
