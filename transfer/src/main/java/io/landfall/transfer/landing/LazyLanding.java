package io.landfall.transfer.landing;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private static final int DEMAND_BYTES = 64 << 10;

  /// What the fill takes at once. Small, so that a reader's bytes queue behind little.
  private static final long FILL_BYTES = 2 << 20;

  /// What is brought at once of what a profile names, at most. It comes in the order of the disk,
  /// so little, and at first, when the guest is at its heels, less.
  private static final long AHEAD_BYTES = 1 << 20;

  private static final PullSettings FILL =
      new PullSettings(1 << 20, 256 << 10, 512 << 10, Priority.BACKGROUND, Codec.PLAIN);

  /// How long a source that refuses is left alone.
  private static final long RETRY_MILLIS = 2000;

  private final Manifest named;
  private final Origin origin = new Origin();
  private final Path target;
  private final BootProfile ahead;
  private final Consumer<List<Range>> onDifference;
  private final boolean readersKnown;
  private final RangeSet everything;
  private final PartFile part;
  private final Durability durability;
  private final Arrival arrival;
  private final BootProfile.Recorder recorder = new BootProfile.Recorder();
  private final AtomicLong demandedBytes = new AtomicLong();
  private final AtomicLong aheadBytes = new AtomicLong();
  private final AtomicLong filledBytes = new AtomicLong();
  private final AtomicLong zeroBytes = new AtomicLong();
  private final AtomicLong wireBytes = new AtomicLong();
  private final long resumedBytes;
  private volatile Duration sealing = Duration.ZERO;
  private final CompletableFuture<Manifest> landed = new CompletableFuture<>();
  private final BlockDevice device;
  private Optional<SeedCopying> seeds = Optional.empty(); // set before the fill
  private String refused = ""; // the fill's: what it was told last
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
    this.ahead = ahead;
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
    LocalParts parts =
        new LocalParts(source, options, part.file(), this::arrived, TransferListener.NONE);
    RangeSet here = parts.find(arrival.missing());
    here.ranges().forEach(arrival::take);
    seeds = Optional.of(new SeedCopying(parts, here, lent));
  }

  private record SeedCopying(LocalParts parts, RangeSet here, AutoCloseable lent) {}

  private void arrived(long offset, long length) throws IOException {
    durability.written(offset, length);
    arrival.arrived(offset, length);
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
    return demandedBytes.get() + aheadBytes.get() + filledBytes.get();
  }

  /// Of them, what a reader had to wait for.
  public long demandedBytes() {
    return demandedBytes.get();
  }

  /// Of them, what was brought since the profile named it, before anybody asked.
  public long aheadBytes() {
    return aheadBytes.get();
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
    long zero = sizeBytes() - everything.bytes() + zeroBytes.get();
    long seeded = Math.max(0, sizeBytes() - zero - resumedBytes - pulled - arrival.missingBytes());
    return new TransferRecord(
        sizeBytes(),
        zero,
        wireBytes.get(),
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
        pull(arrival.take(blocks), PullSettings.BULK.asUrgent(), demandedBytes);
        here = arrival.await(wanted);
      }
    } finally {
      arrival.readerLeft();
    }
  }

  private long sizeBytes() {
    return named.sizeBytes();
  }

  /// Pulls what was taken, or, if its source is lost over that, gives it back.
  ///
  /// @throws IOException if the source refuses, this disk cannot take it, or it is over
  private void pull(List<Range> taken, PullSettings settings, AtomicLong counted)
      throws IOException {
    if (taken.isEmpty()) {
      return;
    }
    Arriving arriving = new Arriving(counted);
    try {
      RemoteImage source = origin.get();
      try {
        wireBytes.addAndGet(source.pull(taken, settings, arriving).wireBytes());
      } catch (IOException e) {
        if (arriving.failure != null || e instanceof RemoteException || origin.isClosed()) {
          throw e;
        }
        LOG.log(Level.INFO, "{0}: its source is gone ({1}); waiting", target, e.getMessage());
        origin.lost(source);
      }
    } finally {
      arrival.givenUp(taken);
    }
  }

  // ---- in the background

  private void runFill() {
    try {
      copySeeds();
      bringAhead();
      boolean all = false;
      while (!all && arrival.whenNoReaders()) {
        List<Range> next = arrival.takeFirst(FILL_BYTES);
        bring(next, filledBytes);
        all = next.isEmpty() && arrival.awaitAll();
      }
      if (all) {
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

  /// What cannot be copied is pulled.
  private void copySeeds() {
    if (seeds.isPresent()) {
      SeedCopying copying = seeds.get();
      try (AutoCloseable _ = copying.lent();
          LocalParts.Copying copy = copying.parts().start(new RangeSet(), copying.here())) {
        copy.await();
      } catch (Exception e) {
        LOG.log(Level.WARNING, target + ": cannot be copied from other images", e);
      } finally {
        arrival.givenUp(copying.here().ranges());
      }
    }
  }

  /// Brings what the profile names, in its order, and does not stop for readers: what they miss
  /// goes first at the source anyway, and what they will want next is what this brings. Many ranges
  /// at once, since each of its own would cost a round trip.
  private void bringAhead() throws IOException, InterruptedException {
    List<Range> batch = new ArrayList<>();
    long bytes = 0;
    long enough = DEMAND_BYTES;
    for (Range range : ahead.ranges()) {
      long end = Math.min(range.end(), sizeBytes());
      for (long at = range.offset(); at < end; at += AHEAD_BYTES) {
        List<Range> taken = arrival.take(Range.between(at, Math.min(end, at + AHEAD_BYTES)));
        batch.addAll(taken);
        bytes += taken.stream().mapToLong(Range::length).sum();
        if (bytes >= enough) {
          bring(batch, aheadBytes);
          batch.clear();
          bytes = 0;
          enough = Math.min(2 * enough, AHEAD_BYTES);
        }
      }
    }
    bring(batch, aheadBytes);
  }

  /// A source that refuses now is asked again later, and so is a disk that is full: nobody waits
  /// for these bytes.
  private void bring(List<Range> taken, AtomicLong counted) throws IOException {
    try {
      pull(taken, FILL, counted);
      refused = "";
    } catch (IOException e) {
      if (origin.isClosed() || !(e instanceof RemoteException || isFull(e))) {
        throw e;
      }
      String why = String.valueOf(e.getMessage());
      if (!why.equals(refused)) {
        LOG.log(Level.WARNING, "{0}: {1}; trying again until it goes on", target, why);
      }
      refused = why;
      origin.pause(RETRY_MILLIS);
    }
  }

  private static boolean isFull(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left");
  }

  /// Stops the fill and lets go of the file; what arrived is made durable and kept.
  @Override
  public void close() throws IOException {
    Thread filling;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      filling = fill;
    }
    origin.close();
    arrival.close();
    if (filling != null) {
      Threads.join(filling);
    }
    landed.completeExceptionally(new IOException(target + ": the landing was closed"));
    try (part) {
      durability.close();
    }
  }

  /// Puts what comes where it belongs.
  private final class Arriving implements RangeSink {
    private final AtomicLong counted;
    private volatile IOException failure; // of this host's, not of the source's

    Arriving(AtomicLong counted) {
      this.counted = counted;
    }

    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      try {
        part.file().write(offset, bytes);
        counted.addAndGet(length);
        arrived(offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    /// The part file is a hole where nothing has been written.
    @Override
    public void zero(long offset, long length) throws IOException {
      try {
        zeroBytes.addAndGet(length);
        arrived(offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
