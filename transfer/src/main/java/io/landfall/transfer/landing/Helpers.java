package io.landfall.transfer.landing;

import io.landfall.protocol.content.ImageId;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The images of a cache that help to land another: its base, and seeds. Pinned meanwhile.
final class Helpers implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Helpers.class.getName());

  /// Images that serve as seeds for one landing, the ones used last.
  private static final int MAX_SEEDS = 8;

  private final ImageCache cache;
  private final CacheDirectory directory;
  private final List<ImageCache.Pinned> pinned = new ArrayList<>();
  private final List<RawFile> open = new ArrayList<>();
  private LandingOptions options;

  /// @param id of the image, if it is known: without it there are no seeds
  Helpers(
      ImageCache cache,
      CacheDirectory directory,
      CacheLimits limits,
      RemoteImage source,
      Optional<ImageId> id)
      throws IOException {
    this.cache = cache;
    this.directory = directory;
    this.options = LandingOptions.DEFAULT.withReserveBytes(limits.reserveBytes());
    try {
      if (source.base().isPresent() && directory.holds(source.base().get())) {
        options = options.withBase(seed(source.base().get()).device());
      }
      if (id.isPresent()) {
        options = options.withSeeds(seeds());
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  LandingOptions options() {
    return options;
  }

  private List<Seed> seeds() throws IOException {
    List<Seed> seeds = new ArrayList<>();
    for (ImageId id : directory.ids()) {
      if (seeds.size() < MAX_SEEDS) {
        try {
          seeds.add(seed(id));
        } catch (IOException e) {
          LOG.log(Level.WARNING, "image " + id + " cannot serve as a seed", e);
        }
      }
    }
    return seeds;
  }

  private Seed seed(ImageId id) throws IOException {
    ImageCache.Pinned pin = cache.pin(id);
    pinned.add(pin);
    RawFile device = RawFile.open(pin.path());
    open.add(device);
    return new Seed(pin.manifest(), device);
  }

  @Override
  public void close() {
    for (RawFile device : open) {
      try {
        device.close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "closing a seed", e);
      }
    }
    pinned.forEach(ImageCache.Pinned::close);
  }
}
