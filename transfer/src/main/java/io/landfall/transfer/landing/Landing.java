package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.RemoteException;
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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lands a remote image as a raw sparse file: maps it, copies what is here, pulls the rest, hashes
/// all of it, makes it durable, gives it its name.
///
/// If it fails or the process is killed, what had become durable stays beside the target, and
/// landing the same content there again pulls only the rest.
public final class Landing {
  private final RemoteImage source;
  private final Path target;
  private final LandingOptions options;
  private final TransferListener listener;

  private Landing(
      RemoteImage source, Path target, LandingOptions options, TransferListener listener) {
    this.source = source;
    this.target = target.toAbsolutePath();
    this.options = options;
    this.listener = listener;
  }

  /// Lands `source` at `target`, on the calling thread and helpers; returns when the image is
  /// complete and would survive a power cut.
  ///
  /// @throws FileAlreadyExistsException if there is something at `target` that is not to be
  ///   replaced
  /// @throws LandingException with one sentence, whatever else went wrong
  public static LandedImage land(
      RemoteImage source, Path target, LandingOptions options, TransferListener listener)
      throws IOException {
    return new Landing(source, target, options, listener).land();
  }

  private LandedImage land() throws IOException {
    if (!options.replace() && Files.exists(target)) {
      throw new FileAlreadyExistsException(
          target + ": exists already; landing does not replace it");
    }
    long start = System.nanoTime();
    try {
      LandingPlan plan = plan();
      Duration map = since(start);
      try (PartFile part = PartFile.open(target, ContentKey.of(source))) {
        return new Attempt(plan, part, map).run();
      }
    } catch (FileAlreadyExistsException | LandingException e) {
      throw e;
    } catch (IOException e) {
      throw explained(e);
    }
  }

  private LandingPlan plan() throws IOException {
    ProgressCounter progress = new ProgressCounter(listener, Phase.MAP, source.sizeBytes());
    LandingPlan plan = LandingPlan.of(source);
    progress.add(source.sizeBytes());
    if (!plan.base().isEmpty() && options.base().isEmpty()) {
      throw new LandingException(
          ErrorCode.REQUEST_FAILED,
          source
              + " is a layer over image "
              + source.base().map(Object::toString).orElse("?")
              + "; give that image as the base");
    }
    return plan;
  }

  private LandingException explained(IOException e) {
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    ErrorCode code =
        e instanceof RemoteException remote
            ? remote.code()
            : full ? ErrorCode.DISK_FULL : ErrorCode.GOING_AWAY;
    return new LandingException(
        code,
        "landing "
            + source
            + " at "
            + target
            + (full ? ": the disk is full" : ": " + e.getMessage())
            + "; what arrived is kept, the next attempt goes on from there",
        e);
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /// One way through, with a plan and an open part file.
  private final class Attempt {
    private final LandingPlan plan;
    private final PartFile part;
    private final Duration mapTime;
    private final RangeSet everything;
    private final RangeSet resumed;
    private final RangeSet toCopy;
    private final RangeSet toPull;
    private long baseBytes;
    private long seedBytes;
    private PullSummary pulled = new PullSummary(0, 0, 0);

    Attempt(LandingPlan plan, PartFile part, Duration mapTime) throws IOException {
      this.plan = plan;
      this.part = part;
      this.mapTime = mapTime;
      this.everything = RangeSet.of(plan.data().ranges());
      plan.base().ranges().forEach(everything::add);
      this.resumed = part.resumed().intersect(everything);
      this.toCopy = plan.base().minus(resumed);
      this.toPull = plan.data().minus(resumed);
    }

    LandedImage run() throws IOException {
      if (!part.resumed().isEmpty()) {
        part.clearAllBut(resumed);
      }
      requireSpace(toCopy.bytes() + toPull.bytes());
      long start = System.nanoTime();
      try (Sealer sealer = sealer()) {
        sealer.seal(everything);
        transfer(sealer);
        Duration pullTime = since(start);
        start = System.nanoTime();
        Manifest manifest = sealed(sealer);
        Duration sealTime = since(start);
        start = System.nanoTime();
        listener.progress(progress(Phase.COMMIT, 0));
        part.commit(options.replace());
        listener.progress(progress(Phase.COMMIT, 1));
        return new LandedImage(target, manifest, record(pullTime, sealTime, since(start)));
      }
    }

    private TransferProgress progress(Phase phase, long done) {
      return new TransferProgress(phase, 1, done);
    }

    private Sealer sealer() {
      RangeSet expected = RangeSet.of(toPull.ranges());
      toCopy.ranges().forEach(expected::add);
      int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
      return new Sealer(part.file(), source.chunkSizeBytes(), expected, bytes -> {}, threads);
    }

    private void requireSpace(long bytes) throws IOException {
      Path directory = target.getParent();
      long usable = Files.getFileStore(directory).getUsableSpace() - options.reserveBytes();
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
      Durability durability = new Durability(part, this::markDurable);
      try {
        Arrivals arrivals = new Arrivals(sealer, durability);
        copy(arrivals);
        pulled = source.pull(toPull.ranges(), arrivals, listener);
      } catch (IOException | RuntimeException e) {
        closeAfter(e, durability);
        throw e;
      }
      durability.close();
    }

    private static void closeAfter(Exception e, Durability durability) {
      try {
        durability.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
    }

    private void markDurable(List<Range> ranges) {
      try {
        source.durable(ranges);
      } catch (IOException e) {
        return; // the source is gone, which the pull will notice
      }
    }

    /// Takes from base and seeds what they have; what is left of `toPull` must travel.
    private void copy(Arrivals arrivals) throws IOException {
      Optional<SeedFinder> seeds = seeds();
      long bytes = toCopy.bytes();
      if (bytes == 0 && seeds.isEmpty()) {
        return;
      }
      ProgressCounter progress = new ProgressCounter(listener, Phase.COPY, bytes);
      LocalCopy copy =
          new LocalCopy(
              part.file(),
              (offset, length) -> {
                arrivals.arrived(offset, length);
                progress.add(length);
              });
      Worker.run(
          "landfall-copy",
          () -> {
            for (Range range : toCopy.ranges()) {
              copy.copy(
                  options.base().orElseThrow(), range.offset(), range.offset(), range.length());
            }
            baseBytes = copy.copiedBytes();
            if (seeds.isPresent()) {
              copySeeds(seeds.get(), copy);
            }
            seedBytes = copy.copiedBytes() - baseBytes;
          });
    }

    private Optional<SeedFinder> seeds() throws IOException {
      // Not worth waiting for a source that is still hashing.
      if (options.seeds().isEmpty() || source.imageId().isEmpty()) {
        return Optional.empty();
      }
      return source.manifest().map(manifest -> new SeedFinder(manifest, options.seeds(), toPull));
    }

    private void copySeeds(SeedFinder seeds, LocalCopy copy) throws IOException {
      int chunkSize = source.chunkSizeBytes();
      for (Range range : toPull.ranges()) {
        long at = range.offset();
        while (at < range.end()) {
          long chunk = at / chunkSize;
          long end = Math.min(range.end(), (chunk + 1) * chunkSize);
          Optional<SeedFinder.Place> place = seeds.find(chunk);
          if (place.isPresent()) {
            long from = place.get().chunk() * chunkSize + at % chunkSize;
            copy.copy(place.get().seed().device(), from, at, end - at);
            toPull.remove(Range.between(at, end));
          }
          at = end;
        }
      }
    }

    /// The manifest of what has landed, which is the source's if it has one.
    private Manifest sealed(Sealer sealer) throws IOException {
      ProgressCounter progress = new ProgressCounter(listener, Phase.SEAL, 1);
      Manifest landed = sealer.finish();
      Manifest named = source.manifest().orElse(landed);
      if (named.chunkSizeBytes() != landed.chunkSizeBytes()) {
        landed = sealedAnew(named.chunkSizeBytes());
      }
      List<Long> wrong = differing(landed, named);
      if (!wrong.isEmpty()) {
        refetch(wrong, named.chunkSizeBytes());
        landed = Sealer.reseal(part.file(), landed, wrong);
        requireEqual(differing(landed, named), landed, named);
      }
      progress.add(1);
      return landed;
    }

    private Manifest sealedAnew(int chunkSizeBytes) throws IOException {
      try (Sealer again = new Sealer(part.file(), chunkSizeBytes, new RangeSet(), bytes -> {}, 1)) {
        again.seal(everything);
        return again.finish();
      }
    }

    private static List<Long> differing(Manifest landed, Manifest named) {
      List<Long> wrong = new ArrayList<>();
      if (!landed.imageId().equals(named.imageId())) {
        for (long chunk = 0; chunk < named.chunkCount(); chunk++) {
          if (!landed.chunk(chunk).equals(named.chunk(chunk))) {
            wrong.add(chunk);
          }
        }
      }
      return wrong;
    }

    /// Pulls chunks once more that are not what the manifest names: a seed, an old part file or a
    /// disk may have been wrong. What comes from the base cannot be had any other way.
    private void refetch(List<Long> chunks, int chunkSizeBytes) throws IOException {
      RangeSet wrong = new RangeSet();
      for (long chunk : chunks) {
        wrong.add(chunkRange(chunk, chunkSizeBytes));
      }
      part.revoke(wrong.ranges());
      for (Range range : wrong.minus(plan.base()).ranges()) {
        part.file().zero(range.offset(), range.length());
      }
      PullSummary more =
          source.pull(
              wrong.intersect(plan.data()).ranges(), new Rewriting(), TransferListener.NONE);
      pulled =
          new PullSummary(
              pulled.dataBytes(), pulled.zeroBytes(), pulled.wireBytes() + more.wireBytes());
    }

    private Range chunkRange(long chunk, int chunkSizeBytes) {
      long start = chunk * chunkSizeBytes;
      return Range.between(start, Math.min(start + chunkSizeBytes, source.sizeBytes()));
    }

    private void requireEqual(List<Long> wrong, Manifest landed, Manifest named)
        throws LandingException {
      if (wrong.isEmpty()) {
        return;
      }
      long chunk = wrong.getFirst();
      throw new LandingException(
          ErrorCode.CONTENT_MISMATCH,
          source
              + ": "
              + wrong.size()
              + " chunks are not what the manifest names, also when fetched again; chunk "
              + chunk
              + " at byte "
              + chunk * named.chunkSizeBytes()
              + " hashes to "
              + landed.chunk(chunk)
              + ", named "
              + named.chunk(chunk)
              + (plan.base().isEmpty() ? "" : "; is the base the image that the source means?"));
    }

    private TransferRecord record(Duration pull, Duration seal, Duration commit) {
      long size = source.sizeBytes();
      long here = pulled.dataBytes() + baseBytes + seedBytes + resumed.bytes();
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

    /// Writes what is fetched again.
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
  }
}
