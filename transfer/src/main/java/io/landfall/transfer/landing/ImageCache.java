package io.landfall.transfer.landing;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// A directory of landed images, each under its [ImageId], shared by all jobs of a host: an image
/// that is here is not pulled again, and its chunks serve as seeds for others. A pinned image is
/// never removed.
///
/// Any thread. One process at a time has a cache open; a kill at any instant leaves images that are
/// complete and landings that go on where they ended.
public final class ImageCache implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ImageCache.class.getName());

  private final CacheDirectory directory;
  private volatile CacheLimits limits;
  private final Map<String, ReentrantLock> landing = new ConcurrentHashMap<>();
  private final Map<ImageId, Integer> pins = new HashMap<>(); // guarded by itself
  private final ArrivingImages arriving;

  private ImageCache(CacheDirectory directory, CacheLimits limits) {
    this.directory = directory;
    this.limits = limits;
    this.arriving = new ArrivingImages(directory, this::hold, this::unpin);
  }

  /// Opens the cache in `directory`, which is made if it is not there.
  ///
  /// @throws LandingException `BUSY` if another process has it open
  public static ImageCache open(Path directory) throws IOException {
    return open(directory, CacheLimits.NONE);
  }

  /// Other limits, from the next landing on.
  public void limit(CacheLimits newLimits) {
    limits = newLimits;
  }

  /// The same, within limits.
  public static ImageCache open(Path directory, CacheLimits limits) throws IOException {
    return new ImageCache(CacheDirectory.open(directory.toAbsolutePath()), limits);
  }

  /// Lands an image here, or finds it, and pins it. Two landings of one image at once are one: the
  /// second waits and moves nothing.
  public Pinned land(RemoteImage source, TransferListener listener) throws IOException {
    return land(source, Optional.empty(), listener);
  }

  /// The same, together with other hosts that land the image.
  public Pinned land(RemoteImage source, Optional<Exchange> exchange, TransferListener listener)
      throws IOException {
    if (source.imageId().isPresent()) {
      ImageId id = source.imageId().get();
      return alone(id.toString(), () -> landKnown(source, id, exchange, listener));
    }
    String key = nameless(source);
    return alone(key, () -> landNameless(source, key, exchange, listener));
  }

  private Pinned alone(String key, Step step) throws IOException {
    ReentrantLock lock = landing.computeIfAbsent(key, _ -> new ReentrantLock());
    lock.lock();
    try {
      return step.run();
    } finally {
      lock.unlock();
    }
  }

  private interface Step {
    Pinned run() throws IOException;
  }

  /// A key for the part file of an image that nobody has hashed yet: the same when the same source
  /// offers the same state of it again.
  private static String nameless(RemoteImage source) {
    String text = source.sizeBytes() + "\n" + source.name() + "\n" + source.stamp();
    return ChunkId.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))).toString();
  }

  private Pinned landKnown(
      RemoteImage source, ImageId id, Optional<Exchange> exchange, TransferListener listener)
      throws IOException {
    hold(id);
    try {
      awaitArriving(id, source);
      if (directory.holds(id)) {
        return pinned(id, directory.manifest(id), alreadyHere(source.sizeBytes()));
      }
      Manifest manifest =
          source
              .manifest()
              .orElseThrow(() ->
                  new LandingException(
                      ErrorCode.NO_MANIFEST, source + " has an image id but no manifest"));
      makeRoom(dataBytes(manifest), dataBytes(manifest));
      directory.writeManifest(manifest);
      directory.continueNameless(nameless(source), id);
      LandedImage landed = landAt(source, directory.imagePath(id), exchange, listener);
      directory.adopt(landed.path(), id);
      return pinned(id, landed.manifest(), landed.record());
    } catch (IOException | RuntimeException e) {
      unpin(id);
      throw e;
    }
  }

  private Pinned landNameless(
      RemoteImage source, String key, Optional<Exchange> exchange, TransferListener listener)
      throws IOException {
    makeRoom(0, 0); // how much it needs is known when it is here
    LandedImage landed = landAt(source, directory.incomingPath(key), exchange, listener);
    ImageId id = landed.manifest().imageId();
    makeRoom(directory.holds(id) ? 0 : dataBytes(landed.manifest()), 0);
    return alone(id.toString(), () -> adopt(landed, id));
  }

  private Pinned adopt(LandedImage landed, ImageId id) throws IOException {
    hold(id);
    try {
      if (directory.holds(id)) {
        Files.delete(landed.path());
      } else {
        directory.writeManifest(landed.manifest());
        directory.adopt(landed.path(), id);
      }
      return pinned(id, landed.manifest(), landed.record());
    } catch (IOException | RuntimeException e) {
      unpin(id);
      throw e;
    }
  }

  /// At most so much of an image is data.
  private static long dataBytes(Manifest manifest) {
    long chunks = 0;
    for (long chunk = 0; chunk < manifest.chunkCount(); chunk++) {
      chunks += manifest.chunk(chunk).isZero() ? 0 : 1;
    }
    return chunks * manifest.chunkSizeBytes();
  }

  /// Removes images that nobody uses until more fits, as far as that goes.
  ///
  /// @param bytes that the cache is about to hold
  /// @param toWrite how many of them are not on the disk yet
  private void makeRoom(long bytes, long toWrite) throws IOException {
    List<ImageId> oldestFirst = directory.ids().reversed();
    long held = 0;
    for (ImageId id : oldestFirst) {
      held += limits.maxBytes() == 0 ? 0 : directory.allocatedBytes(id);
    }
    for (ImageId id : oldestFirst) {
      boolean tooMany = limits.maxBytes() > 0 && held + bytes > limits.maxBytes();
      if (!tooMany && directory.usableBytes() - limits.reserveBytes() >= toWrite) {
        return;
      }
      long allocated = directory.allocatedBytes(id);
      if (remove(id)) {
        held -= allocated;
        LOG.log(Level.INFO, "image {0} makes room: {1} bytes", id, allocated);
      }
    }
  }

  private LandedImage landAt(
      RemoteImage source, Path target, Optional<Exchange> exchange, TransferListener listener)
      throws IOException {
    try (Helpers helpers = new Helpers(this, directory, limits, source, source.imageId())) {
      LandingOptions options = helpers.options();
      return Landing.land(
          source, target, exchange.map(options::withExchange).orElse(options), listener);
    }
  }

  private static TransferRecord alreadyHere(long sizeBytes) {
    Duration none = Duration.ZERO;
    return new TransferRecord(sizeBytes, 0, 0, 0, 0, 0, sizeBytes, none, none, none, none);
  }

  // ---- images that are used while they land

  /// Lets an image be read while it lands here, pinned; empty if it is here already. Two at once
  /// share one landing.
  ///
  /// Its chunk names are waited for: by its id the image is known from the first read on, to the
  /// next agent after a kill, to other jobs, and in the delta of a guest that is evicted early.
  ///
  /// @param source is taken over, unless this fails or answers nothing
  public Optional<ArrivingImage> arrive(RemoteImage source, BootProfile ahead) throws IOException {
    Manifest manifest = LazyLanding.manifestOf(source);
    ImageId id = manifest.imageId();
    ReentrantLock lock = landing.computeIfAbsent(id.toString(), _ -> new ReentrantLock());
    lock.lock();
    try {
      return directory.holds(id) ? Optional.empty() : Optional.of(arrive(source, manifest, ahead));
    } finally {
      lock.unlock();
    }
  }

  private ArrivingImage arrive(RemoteImage source, Manifest manifest, BootProfile ahead)
      throws IOException {
    Optional<ArrivingImage> shared = arriving.share(manifest.imageId());
    if (shared.isPresent()) {
      shared.get().from(source);
      return shared.get();
    }
    requireRoom(manifest, source);
    directory.writeManifest(manifest);
    directory.continueNameless(nameless(source), manifest.imageId());
    return arriving.begin(
        manifest,
        source,
        ahead,
        new Helpers(this, directory, limits, source, Optional.of(manifest.imageId())));
  }

  private void requireRoom(Manifest manifest, RemoteImage source) throws IOException {
    long missing = dataBytes(manifest) - directory.begunBytes(manifest.imageId());
    makeRoom(missing, missing);
    long usable = directory.usableBytes() - limits.reserveBytes();
    if (missing > usable) {
      throw new LandingException(
          ErrorCode.DISK_FULL,
          "landing %s needs %d bytes in the image cache, which has %d to give; make room and land again"
              .formatted(source, missing, Math.max(0, usable)));
    }
  }

  /// Goes on with an image that was landing lazily when its process ended; [ArrivingImage#from]
  /// gives it a source.
  ///
  /// @throws LandingException `NO_SUCH_EXPORT` if nothing of it is here
  public ArrivingImage arriveAgain(ImageId id) throws IOException {
    ReentrantLock lock = landing.computeIfAbsent(id.toString(), _ -> new ReentrantLock());
    lock.lock();
    try {
      Optional<ArrivingImage> shared = arriving.share(id);
      if (shared.isPresent()) {
        return shared.get();
      }
      if (!directory.isNamed(id)) {
        throw new LandingException(
            ErrorCode.NO_SUCH_EXPORT, "image " + id + " is not in the cache; land it");
      }
      return arriving.again(directory.manifest(id));
    } finally {
      lock.unlock();
    }
  }

  /// Whether [#arriveAgain] has something to go on with.
  public boolean holdsPartOf(ImageId id) {
    return directory.isNamed(id);
  }

  /// A landing in full of an image that lands lazily is that landing.
  private void awaitArriving(ImageId id, RemoteImage source) throws IOException {
    Optional<ArrivingImage> shared = arriving.share(id);
    if (shared.isPresent()) {
      try (ArrivingImage under = shared.get()) {
        under.from(source); // whose job holds it may leave before it has landed
        under.landed().join();
      } catch (CompletionException e) {
        throw new LandingException(
            ErrorCode.BUSY, "image " + id + " was landing for another job, which failed", e);
      }
    }
  }

  /// Whether the image is here, complete.
  public boolean holds(ImageId id) {
    return directory.holds(id);
  }

  /// The images that are here, the one used last first.
  public List<ImageId> images() throws IOException {
    return directory.ids();
  }

  /// An image of the cache, to be shown.
  ///
  /// @param allocatedBytes that it takes on the disk
  public record Held(ImageId id, long sizeBytes, long allocatedBytes, boolean pinned) {}

  /// The images that are here with what they take, the one used last first.
  public List<Held> contents() throws IOException {
    List<Held> held = new ArrayList<>();
    for (ImageId id : directory.ids()) {
      boolean pinned;
      synchronized (pins) {
        pinned = pins.containsKey(id);
      }
      try {
        long size = Files.size(directory.imagePath(id));
        held.add(new Held(id, size, directory.allocatedBytes(id), pinned));
      } catch (NoSuchFileException e) {
        LOG.log(Level.DEBUG, "image {0} was removed meanwhile", id);
      }
    }
    return held;
  }

  /// Free bytes on its disk.
  public long usableBytes() throws IOException {
    return directory.usableBytes();
  }

  /// Pins an image that is here.
  ///
  /// @throws LandingException `NO_SUCH_EXPORT` if it is not
  public Pinned pin(ImageId id) throws IOException {
    hold(id);
    try {
      if (!directory.holds(id)) {
        throw new LandingException(
            ErrorCode.NO_SUCH_EXPORT, "image " + id + " is not in the cache; land it");
      }
      Manifest manifest = directory.manifest(id);
      return pinned(id, manifest, alreadyHere(manifest.sizeBytes()));
    } catch (IOException | RuntimeException e) {
      unpin(id);
      throw e;
    }
  }

  /// Removes an image unless it is pinned.
  ///
  /// @return whether it is gone
  public boolean remove(ImageId id) throws IOException {
    synchronized (pins) {
      if (pins.containsKey(id)) {
        return false;
      }
      directory.delete(id);
      return true;
    }
  }

  /// The handle of a hold that is taken.
  private Pinned pinned(ImageId id, Manifest manifest, TransferRecord record) throws IOException {
    directory.touch(id);
    return new Pinned(id, manifest, record);
  }

  private void hold(ImageId id) {
    synchronized (pins) {
      pins.merge(id, 1, Integer::sum);
    }
  }

  private void unpin(ImageId id) {
    synchronized (pins) {
      pins.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }

  /// An image of the cache that stays there until this is closed.
  public final class Pinned implements AutoCloseable {
    private final ImageId id;
    private final Manifest manifest;
    private final TransferRecord record;
    private boolean closed; // guarded by this

    private Pinned(ImageId id, Manifest manifest, TransferRecord record) {
      this.id = id;
      this.manifest = manifest;
      this.record = record;
    }

    /// The raw, read-only file.
    public Path path() {
      return directory.imagePath(id);
    }

    public Manifest manifest() {
      return manifest;
    }

    /// What landing it took; nothing was pulled if it was here already.
    public TransferRecord record() {
      return record;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        unpin(id);
      }
    }
  }
}
