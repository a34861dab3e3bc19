package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.landing.ArrivingImage;
import io.landfall.transfer.landing.ImageCache;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// The image under a disk of a claim: in the cache, or still on its way there. Any thread.
final class ClaimBase implements Closeable {
  private final Manifest manifest;
  private final Path path;
  private final Optional<ArrivingImage> arriving;
  private final ImageFormat format;
  private final Closeable held;

  private ClaimBase(
      Manifest manifest,
      Path path,
      Optional<ArrivingImage> arriving,
      ImageFormat format,
      Closeable held) {
    this.manifest = manifest;
    this.path = path;
    this.arriving = arriving;
    this.format = format;
    this.held = held;
  }

  /// Takes ownership.
  static ClaimBase of(ImageCache.Pinned landed) {
    return new ClaimBase(
        landed.manifest(), landed.path(), Optional.empty(), ImageFormat.RAW, landed::close);
  }

  /// Takes ownership.
  static ClaimBase of(ArrivingImage arriving) {
    return new ClaimBase(
        arriving.manifest(), arriving.path(), Optional.of(arriving), ImageFormat.RAW, arriving);
  }

  /// A file that is used where it lies.
  static ClaimBase inPlace(Manifest manifest, Path path, ImageFormat format) {
    return new ClaimBase(manifest, path, Optional.empty(), format, () -> {});
  }

  Manifest manifest() {
    return manifest;
  }

  /// The file, once it has landed: a raw one, unless it is used in place.
  Path path() {
    return path;
  }

  /// The image, if it was read before it had landed.
  Optional<ArrivingImage> arriving() {
    return arriving;
  }

  boolean landed() {
    return arriving.isEmpty()
        || (arriving.get().landed().isDone()
            && !arriving.get().landed().isCompletedExceptionally());
  }

  /// Its content, landed or not. Caller closes.
  BlockDevice open() throws IOException {
    return landed() ? format.open(path) : arriving.orElseThrow().landing().device();
  }

  @Override
  public void close() throws IOException {
    held.close();
  }
}
