package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
/// A difference that sealing finds is told, since a reader may have seen the wrong bytes, and those
/// chunks are pulled again.
public final class LazyLanding implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LazyLanding.class.getName());

  /// What a reader that misses a byte pulls at least: a network's round trip costs as much.
  private static final int DEMAND_BYTES = 64 << 10;

  /// What the fill takes at once. Small, so that a reader's bytes queue behind little.
  private static final long FILL_BYTES = 2 << 20;

  private static final PullSettings FILL =
      new PullSettings(1 << 20, 256 << 10, 512 << 10, false, false);

  private final RemoteImage source;
  private final Path target;
  private final BootProfile ahead;
  private final Consumer<List<Range>> onDifference;
  private final RangeSet everything;
  private final PartFile part;
  private final Durability durability;
  private final Arrival arrival;
  private final BootProfile.Recorder recorder = new BootProfile.Recorder();
  private final AtomicLong pulledBytes = new AtomicLong();
  private final CompletableFuture<Manifest> landed = new CompletableFuture<>();
  private final Device device = new Device();
  private Thread fill; // guarded by this
  private boolean closed; // guarded by this

  private LazyLanding(
      RemoteImage source,
      Path target,
      BootProfile ahead,
      Consumer<List<Range>> onDifference,
      RangeSet everything,
      PartFile part)
      throws IOException {
    this.source = source;
    this.target = target;
    this.ahead = ahead;
    this.onDifference = onDifference;
    this.everything = everything;
    this.part = part;
    RangeSet resumed = part.resumed().intersect(everything);
    if (!part.resumed().isEmpty()) {
      part.clearAllBut(resumed);
    }
    this.arrival = new Arrival(everything.minus(resumed));
    this.durability = new Durability(part, ranges -> {});
  }

  /// Opens the image for reading; nothing is pulled yet, and [#fill] starts the rest.
  ///
  /// @param source a complete image; borrowed
  /// @param onDifference is told of ranges that were not what the manifest names; they are pulled
  ///   again
  public static LazyLanding begin(
      RemoteImage source, Path target, BootProfile ahead, Consumer<List<Range>> onDifference)
      throws IOException {
    LandingPlan plan = LandingPlan.of(source);
    if (!plan.base().isEmpty()) {
      throw new LandingException(
          ErrorCode.REQUEST_FAILED,
          source + " is a layer over another image; only a complete one is landed lazily");
    }
    Path absolute = target.toAbsolutePath();
    PartFile part = PartFile.open(absolute, ContentKey.of(source));
    try {
      return new LazyLanding(source, absolute, ahead, onDifference, plan.data(), part);
    } catch (IOException | RuntimeException e) {
      part.close();
      throw e;
    }
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
    return pulledBytes.get();
  }

  /// Bytes of the image that are not here yet.
  public long missingBytes() {
    return arrival.missingBytes();
  }

  // ---- for readers

  private void require(Range wanted) throws IOException {
    Range blocks = wanted.alignedOut(DEMAND_BYTES, source.sizeBytes());
    boolean here = false;
    arrival.readerCame();
    try {
      while (!here) {
        pull(arrival.take(blocks), PullSettings.BULK.asUrgent());
        here = arrival.await(wanted);
      }
    } finally {
      arrival.readerLeft();
    }
  }

  private void pull(List<Range> taken, PullSettings settings) throws IOException {
    if (taken.isEmpty()) {
      return;
    }
    try {
      source.pull(taken, settings, new Arriving());
    } finally {
      arrival.givenUp(taken);
    }
  }

  // ---- in the background

  private void runFill() {
    try {
      for (Range range : ahead.ranges()) {
        bringAhead(range);
      }
      boolean all = false;
      while (!all && arrival.whenNoReaders()) {
        List<Range> next = arrival.takeFirst(FILL_BYTES);
        pull(next, FILL);
        all = next.isEmpty() && arrival.awaitAll();
      }
      if (all) {
        landed.complete(seal());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "filling " + target, e);
      landed.completeExceptionally(e);
    }
  }

  private void bringAhead(Range range) throws IOException, InterruptedException {
    for (long at = range.offset(); at < range.end(); at += FILL_BYTES) {
      if (arrival.whenNoReaders()) {
        pull(arrival.take(Range.between(at, Math.min(range.end(), at + FILL_BYTES))), FILL);
      }
    }
  }

  /// Hashes all of it, puts right what differs, makes it durable and gives it its name.
  private Manifest seal() throws IOException {
    durability.close();
    Optional<Manifest> named = source.manifest();
    Manifest sealed = hash(named.map(Manifest::chunkSizeBytes).orElse(source.chunkSizeBytes()));
    if (named.isPresent()) {
      sealed = repaired(sealed, named.get());
    }
    part.commit(false);
    return sealed;
  }

  private Manifest hash(int chunkSizeBytes) throws IOException {
    try (Sealer sealer = new Sealer(part.file(), chunkSizeBytes, new RangeSet(), 1)) {
      sealer.seal(everything);
      return sealer.finish();
    }
  }

  private Manifest repaired(Manifest sealed, Manifest named) throws IOException {
    List<Long> wrong = Sealing.differing(sealed, named);
    if (wrong.isEmpty()) {
      return sealed;
    }
    List<Range> ranges = new ArrayList<>();
    for (long chunk : wrong) {
      long start = chunk * named.chunkSizeBytes();
      ranges.add(
          Range.between(start, Math.min(start + named.chunkSizeBytes(), source.sizeBytes())));
    }
    LOG.log(Level.ERROR, "{0}: {1} chunks are not what was named", target, wrong.size());
    part.revoke(ranges);
    onDifference.accept(Range.merged(ranges));
    source.pull(ranges, FILL, new Rewriting());
    part.file().flush();
    Manifest again = Sealer.reseal(part.file(), sealed, wrong);
    if (!again.imageId().equals(named.imageId())) {
      throw new LandingException(
          ErrorCode.CONTENT_MISMATCH,
          source + ": is not what its manifest names, also when fetched again");
    }
    return again;
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
    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      part.file().write(offset, bytes);
      pulledBytes.addAndGet(length);
      arrived(offset, length);
    }

    /// The part file is a hole where nothing has been written.
    @Override
    public void zero(long offset, long length) throws IOException {
      arrived(offset, length);
    }

    private void arrived(long offset, long length) throws IOException {
      durability.written(offset, length);
      arrival.arrived(offset, length);
    }
  }

  private final class Rewriting implements RangeSink {
    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      part.file().write(offset, bytes);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
      part.file().zero(offset, length);
    }
  }

  /// What readers see. What has not arrived is data: never a hole.
  private final class Device implements BlockDevice {
    @Override
    public long sizeBytes() {
      return source.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer bytes) throws IOException {
      java.util.Objects.checkFromIndexSize(offset, (long) bytes.remaining(), sizeBytes());
      if (bytes.hasRemaining()) {
        Range wanted = new Range(offset, bytes.remaining());
        recorder.read(wanted.offset(), wanted.length());
        require(wanted);
        part.file().read(offset, bytes);
      }
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes());
      for (Range data :
          everything.intersect(RangeSet.of(List.of(new Range(offset, length)))).ranges()) {
        extents.add(Extent.Kind.ZERO, data.offset() - extents.position());
        extents.add(Extent.Kind.DATA, data.length());
      }
      extents.add(Extent.Kind.ZERO, extents.remaining());
      return extents.toList();
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      return source + ", landing at " + target;
    }
  }
}
