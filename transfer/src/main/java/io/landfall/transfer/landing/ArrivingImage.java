package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.transfer.client.RemoteImage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/// An image of a cache that is read while it lands, pinned. What has landed when all who hold it
/// have closed it stays, for the next landing to go on from. Any thread.
public final class ArrivingImage implements Closeable {
  private final ArrivingImages.Shared shared;
  private final Path path;
  private final Closeable leave;
  private boolean closed; // guarded by this

  ArrivingImage(ArrivingImages.Shared shared, Path path, Closeable leave) {
    this.shared = shared;
    this.path = path;
    this.leave = leave;
  }

  /// The landing, for reading from it and for its figures.
  public LazyLanding landing() {
    return shared.landing;
  }

  /// The names of its chunks.
  public Manifest manifest() {
    return shared.landing.manifest();
  }

  /// Where the raw, read-only file is once it has landed.
  public Path path() {
    return path;
  }

  /// Lets the rest come from `source`, which is taken over.
  ///
  /// @throws LandingException if it is another image
  public void from(RemoteImage source) throws IOException {
    shared.landing.from(source);
  }

  /// Completes when the image is in the cache as any other; fails if it cannot be.
  public CompletableFuture<Void> landed() {
    return shared.landed.copy();
  }

  /// Completes if readers may have seen bytes that are not the image's.
  public CompletableFuture<Void> differed() {
    return shared.differed.copy();
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    leave.close();
  }
}
