package io.landfall.transfer.landing;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The images of a cache that are read while they land, each shared by all who read it.
///
/// Threads: any; of one image, one at a time begins it (the cache's lock for that image).
final class ArrivingImages {
  private final CacheDirectory directory;
  private final Consumer<ImageId> hold;
  private final Consumer<ImageId> unpin;
  private final Map<ImageId, Shared> images = new HashMap<>(); // guarded by this

  /// One landing.
  static final class Shared {
    final LazyLanding landing;
    final CompletableFuture<Void> differed;
    final CompletableFuture<Void> landed;
    private int users = 1; // guarded by the table

    Shared(LazyLanding landing, CompletableFuture<Void> differed, CompletableFuture<Void> landed) {
      this.landing = landing;
      this.differed = differed;
      this.landed = landed;
    }
  }

  /// @param hold pins an image
  /// @param unpin takes that back
  ArrivingImages(CacheDirectory directory, Consumer<ImageId> hold, Consumer<ImageId> unpin) {
    this.directory = directory;
    this.hold = hold;
    this.unpin = unpin;
  }

  /// A share in a landing that is under way.
  synchronized Optional<ArrivingImage> share(ImageId id) {
    Shared shared = images.get(id);
    if (shared == null) {
      return Optional.empty();
    }
    shared.users++;
    hold.accept(id);
    return Optional.of(image(shared));
  }

  /// Begins one.
  ///
  /// @param helpers local images that have some of it; taken over
  ArrivingImage begin(Manifest manifest, RemoteImage source, BootProfile ahead, Helpers helpers)
      throws IOException {
    try {
      Shared begun = open(manifest, ahead, true);
      begun.landing.copyFirst(source, helpers.options(), helpers);
      return started(begun, Optional.of(source));
    } catch (IOException | RuntimeException e) {
      helpers.close();
      throw e;
    }
  }

  /// Goes on with one that has no source now.
  ArrivingImage again(Manifest manifest) throws IOException {
    return started(open(manifest, BootProfile.EMPTY, false), Optional.empty());
  }

  private Shared open(Manifest manifest, BootProfile ahead, boolean fresh) throws IOException {
    ImageId id = manifest.imageId();
    CompletableFuture<Void> differed = new CompletableFuture<>();
    LazyLanding lazy =
        LazyLanding.begin(
            manifest, directory.imagePath(id), ahead, ranges -> differed.complete(null), fresh);
    return new Shared(lazy, differed, lazy.landed().thenAccept(landed -> adopt(id)));
  }

  private ArrivingImage started(Shared begun, Optional<RemoteImage> source) throws IOException {
    if (source.isPresent()) {
      begun.landing.from(source.get());
    }
    ImageId id = begun.landing.manifest().imageId();
    synchronized (this) {
      images.put(id, begun);
      hold.accept(id);
    }
    begun.landing.fill();
    return image(begun);
  }

  private void adopt(ImageId id) {
    try {
      directory.adopt(directory.imagePath(id), id);
      directory.touch(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ArrivingImage image(Shared shared) {
    return new ArrivingImage(
        shared, directory.imagePath(shared.landing.manifest().imageId()), () -> leave(shared));
  }

  private void leave(Shared shared) throws IOException {
    ImageId id = shared.landing.manifest().imageId();
    boolean last;
    synchronized (this) {
      last = --shared.users == 0;
      if (last) {
        images.remove(id);
      }
    }
    try {
      if (last) {
        shared.landing.close();
      }
    } finally {
      unpin.accept(id);
    }
  }
}
