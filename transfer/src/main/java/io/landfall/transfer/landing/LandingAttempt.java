package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress;
import io.landfall.transfer.client.TransferProgress.Phase;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// One way through a landing, with a plan and an open part file, which it closes if it does not
/// fail.
final class LandingAttempt {
  private final RemoteImage source;
  private final Path target;
  private final LandingOptions options;
  private final TransferListener listener;
  private final PartFile part;
  private final Duration mapTime;
  private final RangeSet everything;
  private final RangeSet resumed;
  private final RangeSet toCopy;
  private final RangeSet toPull;
  private final Sources sources;
  private final Sealing sealing;
  private long baseBytes;
  private long seedBytes;
  private PullSummary pulled = new PullSummary(0, 0, 0);

  LandingAttempt(
      RemoteImage source,
      Path target,
      LandingOptions options,
      TransferListener listener,
      LandingPlan plan,
      PartFile part,
      Duration mapTime) {
    this.source = source;
    this.target = target;
    this.options = options;
    this.listener = listener;
    this.part = part;
    this.mapTime = mapTime;
    this.everything = plan.everything();
    this.resumed = part.resumed().intersect(everything);
    this.toCopy = plan.base().minus(resumed);
    this.toPull = plan.data().minus(resumed);
    this.sources = new Sources(source, options.others(), options.stall());
    this.sealing = new Sealing(source, sources, plan, part);
  }

  LandedImage run() throws IOException {
    if (!part.resumed().isEmpty()) {
      part.clearAllBut(resumed);
    }
    requireSpace(toCopy.bytes() + toPull.bytes());
    long start = System.nanoTime();
    RangeSet expected = RangeSet.of(toPull.ranges());
    toCopy.ranges().forEach(expected::add);
    Sealer sealer = sealing.sealer(expected);
    try {
      sealer.seal(everything);
      transfer(sealer);
      Duration pullTime = since(start);
      return options.sealBehind() ? landThenSeal(sealer, pullTime) : sealThenLand(sealer, pullTime);
    } catch (IOException | RuntimeException e) {
      sealer.close();
      throw e;
    }
  }

  /// The image has its name when it is durable, and is hashed after that.
  private LandedImage landThenSeal(Sealer sealer, Duration pullTime) throws IOException {
    long start = System.nanoTime();
    commit();
    TransferRecord record = record(pullTime, Duration.ZERO, since(start));
    CompletableFuture<Manifest> sealed = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("landfall-sealing")
        .start(() -> {
          try (part;
              sealer) {
            sealed.complete(sealing.verified(sealer));
          } catch (IOException | RuntimeException e) {
            sealed.completeExceptionally(e);
          }
        });
    return new LandedImage(target, sealed, record);
  }

  private LandedImage sealThenLand(Sealer sealer, Duration pullTime) throws IOException {
    long start = System.nanoTime();
    listener.progress(new TransferProgress(Phase.SEAL, 1, 0));
    Manifest manifest = sealing.repaired(sealer);
    PullSummary again = sealing.refetched();
    pulled =
        new PullSummary(
            pulled.dataBytes(), pulled.zeroBytes(), pulled.wireBytes() + again.wireBytes());
    listener.progress(new TransferProgress(Phase.SEAL, 1, 1));
    Duration sealTime = since(start);
    start = System.nanoTime();
    commit();
    sealer.close();
    part.close();
    return new LandedImage(
        target,
        CompletableFuture.completedFuture(manifest),
        record(pullTime, sealTime, since(start)));
  }

  private void commit() throws IOException {
    listener.progress(new TransferProgress(Phase.COMMIT, 1, 0));
    part.commit(options.replace());
    listener.progress(new TransferProgress(Phase.COMMIT, 1, 1));
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private void requireSpace(long bytes) throws IOException {
    Path directory = target.getParent();
    // Not by its FileStore: that is looked up in a table of mounts, where a chroot may not be.
    long usable = directory.toFile().getUsableSpace() - options.reserveBytes();
    if (bytes > usable) {
      throw new LandingException(
          ErrorCode.DISK_FULL,
          "landing "
              + source
              + " needs "
              + bytes
              + " bytes in "
              + directory
              + ", which has "
              + Math.max(0, usable)
              + " to give; make room and land again");
    }
  }

  private void transfer(Sealer sealer) throws IOException {
    try (Durability durability =
        new Durability(part, this::markDurable, DropBehind.appliesTo(everything.bytes()))) {
      Arrivals arrivals = new Arrivals(sealer, durability);
      LocalParts local = new LocalParts(source, options, part.file(), arrivals::arrived, listener);
      RangeSet here = local.find(toPull);
      RangeSet remote = toPull.minus(here);
      try (LocalParts.Copying copying = local.start(toCopy, here)) {
        SeedPages pages = new SeedPages(source, named(), options.seeds(), arrivals);
        if (pages.possible()) {
          remote = withoutEqualPages(remote, pages, arrivals);
        }
        pulled = pulled.plus(pull(remote.ranges(), arrivals, sealer));
        copying.await();
        seedBytes = pages.copiedBytes();
      }
      baseBytes = local.baseBytes();
      seedBytes += local.seedBytes();
    }
  }

  /// Finds out whether it pays to ask for pages, and if so takes those that are equal.
  ///
  /// @return what is left to be pulled
  private RangeSet withoutEqualPages(RangeSet wanted, SeedPages pages, RangeSink sink)
      throws IOException {
    PageTrial trial = options.askPages() ? PageTrial.paying() : PageTrial.measuring();
    RangeSet left = RangeSet.of(wanted.ranges());
    while (!left.isEmpty() && trial.nextBytes() > 0) {
      RangeSet piece = left.takeFront(trial.nextBytes());
      long start = System.nanoTime();
      pulled = pulled.plus(sources.pull(piece.ranges(), sink, TransferListener.NONE));
      trial.pulled(piece.bytes(), System.nanoTime() - start);
    }
    return trial.pays() ? left.minus(pages.bring(left)) : left;
  }

  /// What the source names its chunks; a source that is still hashing is not waited for.
  private Optional<Manifest> named() throws IOException {
    return options.seeds().isEmpty() || source.imageId().isEmpty()
        ? Optional.empty()
        : source.manifest();
  }

  private PullSummary pull(List<Range> ranges, RangeSink sink, Sealer sealer) throws IOException {
    if (options.exchange().isEmpty()) {
      return sources.pull(ranges, sink, listener);
    }
    long total = ranges.stream().mapToLong(Range::length).sum();
    RangeSink counting = new Counting(sink, new ProgressCounter(listener, Phase.PULL, total));
    return new Together(
            source, sources, options.exchange().get(), PartFile.pathFor(target), sealer::known)
        .pull(ranges, counting);
  }

  private void markDurable(List<Range> ranges) {
    try {
      source.durable(ranges);
    } catch (IOException e) {
      return; // the source is gone, which the pull will notice
    }
  }

  private TransferRecord record(Duration pull, Duration seal, Duration commit) {
    long size = source.sizeBytes();
    long here = pulled.dataBytes() + baseBytes + seedBytes + resumed.bytes();
    LandingEvent event = new LandingEvent();
    event.target = target.toString();
    event.pull = pull.toNanos();
    event.seal = seal.toNanos();
    event.commitTime = commit.toNanos();
    event.pulledBytes = pulled.dataBytes();
    event.wireBytes = pulled.wireBytes();
    event.commit();
    return new TransferRecord(
        size,
        size - here,
        pulled.wireBytes(),
        pulled.dataBytes(),
        baseBytes,
        seedBytes,
        resumed.bytes(),
        mapTime,
        pull,
        seal,
        commit);
  }

  /// Tells how far a pull from several sources is.
  private record Counting(RangeSink sink, ProgressCounter progress) implements RangeSink {
    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      sink.data(offset, bytes);
      progress.add(length);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
      sink.zero(offset, length);
      progress.add(length);
    }
  }

  /// Writes what arrives, and tells who waits for it.
  private final class Arrivals implements RangeSink {
    private final Sealer sealer;
    private final Durability durability;

    Arrivals(Sealer sealer, Durability durability) {
      this.sealer = sealer;
      this.durability = durability;
    }

    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      part.file().write(offset, bytes);
      arrived(offset, length);
    }

    /// Nothing to write: the part file is a hole where nothing has been written.
    @Override
    public void zero(long offset, long length) throws IOException {
      arrived(offset, length);
    }

    void arrived(long offset, long length) throws IOException {
      durability.written(offset, length);
      sealer.written(offset, length);
    }
  }
}
