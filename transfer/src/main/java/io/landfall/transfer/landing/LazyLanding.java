package io.landfall.transfer.landing;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.session.PullSettings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// An image that is read while it lands: a read pulls what it misses before everything else, and a
/// fill in the background brings the rest, first what a [BootProfile] says will be wanted first.
///
/// When all of it is here it is hashed against the source's manifest, made durable and named, as by
/// [Landing]; [#device] reads on from the same file. Until then what is durable is in the same part
/// file and journal as a landing's: closed or killed, it goes on from there, lazily or not.
///
/// Chunks in which sealing finds a difference are pulled again; it is told if a reader may have
/// seen the wrong bytes.
public final class LazyLanding implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LazyLanding.class.getName());

  /// What a reader that misses a byte pulls at least: a network's round trip costs as much.
  static final int DEMAND_BYTES = 64 << 10;

  private final Manifest named;
  private final Origin origin = new Origin();
  private final Path target;
  private final Consumer<List<Range>> onDifference;
  private final boolean readersKnown;
  private final RangeSet everything;
  private final PartFile part;
  private final Durability durability;
  private final Arrival arrival;
  private final BootProfile.Recorder recorder = new BootProfile.Recorder();
  private final AtomicLong demandedBytes = new AtomicLong();
  private final long resumedBytes;
  private volatile Duration sealing = Duration.ZERO;
  private final CompletableFuture<Manifest> landed = new CompletableFuture<>();
  private final BlockDevice device;
  private final LazyPulls pulls;
  private final LazyFill filling;
  private Thread fill; // guarded by this
  private boolean closed; // guarded by this

  private LazyLanding(
      Manifest named,
      Path target,
      BootProfile ahead,
      Consumer<List<Range>> onDifference,
      boolean fresh,
      PartFile part)
      throws IOException {
    this.named = named;
    this.target = target;
    this.onDifference = onDifference;
    this.everything = LandingPlan.dataOf(named);
    this.part = part;
    RangeSet resumed = part.resumed().intersect(everything);
    if (!part.resumed().isEmpty()) {
      part.clearAllBut(resumed);
    }
    this.readersKnown = fresh && resumed.isEmpty();
    this.resumedBytes = resumed.bytes();
    this.arrival = new Arrival(everything.minus(resumed));
    this.durability = new Durability(part, ranges -> {}, false);
    this.pulls = new LazyPulls(target, origin, part, durability, arrival);
    this.filling = new LazyFill(target, ahead, named.sizeBytes(), origin, arrival, pulls);
    this.device = new LazyDevice(named, everything, part.file(), this::read);
  }

  /// Opens the image for reading; nothing is pulled yet, and [#fill] starts the rest.
  ///
  /// @param source a complete image with chunk names, which are waited for; taken over
  /// @param onDifference is told of ranges that were not what the manifest names, and may have been
  ///   read; they are pulled again
  public static LazyLanding begin(
      RemoteImage source, Path target, BootProfile ahead, Consumer<List<Range>> onDifference)
      throws IOException {
    LazyLanding landing = begin(manifestOf(source), target, ahead, onDifference, true);
    landing.from(source);
    return landing;
  }

  /// Opens it while there is no source; [#from] gives one.
  ///
  /// @param fresh whether nobody has read of it before, in a life of this agent before this one
  static LazyLanding begin(
      Manifest named,
      Path target,
      BootProfile ahead,
      Consumer<List<Range>> onDifference,
      boolean fresh)
      throws IOException {
    Path absolute = target.toAbsolutePath();
    PartFile part = PartFile.open(absolute, ContentKey.of(named));
    try {
      return new LazyLanding(named, absolute, ahead, onDifference, fresh, part);
    } catch (IOException | RuntimeException e) {
      part.close();
      throw e;
    }
  }

  /// The chunk names of an image that can be landed lazily.
  static Manifest manifestOf(RemoteImage source) throws IOException {
    if (source.base().isPresent()) {
      throw new LandingException(
          ErrorCode.REQUEST_FAILED,
          source + " is a layer over another image; only a complete one is landed lazily");
    }
    return source
        .manifest()
        .orElseThrow(() ->
            new LandingException(
                ErrorCode.NO_MANIFEST, source + " has no chunk names; land it in full"));
  }

  /// From now on the rest comes from `source`, which is taken over.
  ///
  /// @throws LandingException if it is another image
  public void from(RemoteImage source) throws IOException {
    ImageId offered = manifestOf(source).imageId();
    if (!offered.equals(named.imageId())) {
      throw new LandingException(
          ErrorCode.CONTENT_MISMATCH,
          source + " is image " + offered + " now; the rest of " + named.imageId() + " is missing");
    }
    origin.set(source);
  }

  /// The names of its chunks.
  public Manifest manifest() {
    return named;
  }

  /// Lets the fill begin with what seeds have of it; who reads that before waits for the copy.
  ///
  /// @param lent is closed when the seeds are not needed any more
  void copyFirst(RemoteImage source, LandingOptions options, AutoCloseable lent)
      throws IOException {
    filling.copyFirst(
        new LocalParts(source, options, part.file(), pulls::arrived, TransferListener.NONE), lent);
  }

  /// The image, complete to whoever reads it. Closing it does nothing.
  public BlockDevice device() {
    return device;
  }

  /// Starts to bring what nobody has asked for.
  public synchronized void fill() {
    if (fill == null && !closed) {
      fill = Thread.ofPlatform().daemon().name("landfall-fill").start(this::runFill);
    }
  }

  /// Completes when the image has its name: complete, durable, sealed. Fails if it cannot be.
  public CompletableFuture<Manifest> landed() {
    return landed.copy();
  }

  /// What was read first, until now.
  public BootProfile profile() {
    return recorder.profile();
  }

  /// Bytes of the image that travelled.
  public long pulledBytes() {
    return demandedBytes.get() + filling.aheadBytes() + filling.filledBytes();
  }

  /// Of them, what a reader had to wait for.
  public long demandedBytes() {
    return demandedBytes.get();
  }

  /// Of them, what was brought since the profile named it, before anybody asked.
  public long aheadBytes() {
    return filling.aheadBytes();
  }

  /// How long at least one reader was waiting for bytes.
  public Duration waited() {
    return arrival.waited();
  }

  /// Bytes of the image that are not here yet.
  public long missingBytes() {
    return arrival.missingBytes();
  }

  /// Where the bytes that are here so far came from; of its times only how long it took to seal,
  /// once it is.
  public TransferRecord record() {
    long pulled = pulledBytes();
    long zero = sizeBytes() - everything.bytes() + pulls.zeroBytes();
    long seeded = Math.max(0, sizeBytes() - zero - resumedBytes - pulled - arrival.missingBytes());
    return new TransferRecord(
        sizeBytes(),
        zero,
        pulls.wireBytes(),
        pulled,
        0,
        seeded,
        resumedBytes,
        Duration.ZERO,
        Duration.ZERO,
        sealing,
        Duration.ZERO);
  }

  /// Whether it was closed; before it had landed, then: nobody wanted it any more.
  public synchronized boolean isClosed() {
    return closed;
  }

  // ---- for readers

  private void read(Range wanted) throws IOException {
    recorder.read(wanted.offset(), wanted.length());
    require(wanted);
  }

  private void require(Range wanted) throws IOException {
    Range blocks = wanted.alignedOut(DEMAND_BYTES, sizeBytes());
    boolean here = false;
    arrival.readerCame();
    try {
      while (!here) {
        pulls.pull(arrival.take(blocks), PullSettings.BULK.asUrgent(), demandedBytes);
        here = arrival.await(wanted);
      }
    } finally {
      arrival.readerLeft();
    }
  }

  private long sizeBytes() {
    return named.sizeBytes();
  }

  // ---- in the background

  private void runFill() {
    try {
      if (filling.bringAll()) {
        durability.close();
        LazySeal seal = new LazySeal(named, everything, part, target, this::differs);
        long began = System.nanoTime();
        Manifest sealed = seal.seal(origin);
        sealing = Duration.ofNanos(System.nanoTime() - began);
        landed.complete(sealed);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      if (!origin.isClosed()) {
        LOG.log(Level.WARNING, "filling " + target, e);
      }
      landed.completeExceptionally(e);
    }
  }

  /// Harms nobody where nobody has read: it is put right before the image has its name.
  private void differs(List<Range> ranges) {
    List<Range> seen =
        ranges.stream().filter(range -> !readersKnown || recorder.mayHaveSeen(range)).toList();
    if (!seen.isEmpty()) {
      onDifference.accept(seen);
    }
  }

  /// Stops the fill and lets go of the file; what arrived is made durable and kept.
  @Override
  public void close() throws IOException {
    Thread running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = fill;
    }
    origin.close();
    arrival.close();
    if (running != null) {
      Threads.join(running);
    }
    landed.completeExceptionally(new IOException(target + ": the landing was closed"));
    try (part) {
      durability.close();
    }
  }
}
