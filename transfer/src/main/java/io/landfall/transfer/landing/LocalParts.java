package io.landfall.transfer.landing;

import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress.Phase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What base and seeds have of an image that is being landed: found out before the pull, copied
/// beside it.
final class LocalParts {
  private final RemoteImage source;
  private final LandingOptions options;
  private final RawFile part;
  private final LocalCopy.Arrival arrival;
  private final TransferListener listener;
  private final List<SeedCopy> seedCopies = new ArrayList<>();
  private long baseBytes;
  private long seedBytes;

  /// A piece of a seed and where it goes.
  private record SeedCopy(Seed seed, long from, long to, long length) {}

  LocalParts(
      RemoteImage source,
      LandingOptions options,
      RawFile part,
      LocalCopy.Arrival arrival,
      TransferListener listener) {
    this.source = source;
    this.options = options;
    this.part = part;
    this.arrival = arrival;
    this.listener = listener;
  }

  /// Which of `wanted` the seeds have.
  RangeSet find(RangeSet wanted) throws IOException {
    RangeSet here = new RangeSet();
    // A source that is still hashing is not waited for.
    if (options.seeds().isEmpty() || source.imageId().isEmpty()) {
      return here;
    }
    Optional<SeedFinder> seeds =
        source.manifest().map(manifest -> new SeedFinder(manifest, options.seeds(), wanted));
    if (seeds.isPresent()) {
      int chunkSize = source.chunkSizeBytes();
      for (Range range : wanted.ranges()) {
        for (long at = range.offset(); at < range.end(); ) {
          long chunk = at / chunkSize;
          long end = Math.min(range.end(), (chunk + 1) * chunkSize);
          Optional<SeedFinder.Place> place = seeds.get().find(chunk);
          if (place.isPresent()) {
            long from = place.get().chunk() * chunkSize + at % chunkSize;
            add(new SeedCopy(place.get().seed(), from, at, end - at));
            here.add(Range.between(at, end));
          }
          at = end;
        }
      }
    }
    return here;
  }

  /// Neighbours become one, which the kernel copies in one go.
  private void add(SeedCopy next) {
    SeedCopy last = seedCopies.isEmpty() ? null : seedCopies.getLast();
    if (last != null
        && last.seed.equals(next.seed)
        && last.from + last.length == next.from
        && last.to + last.length == next.to) {
      seedCopies.set(
          seedCopies.size() - 1,
          new SeedCopy(last.seed, last.from, last.to, last.length + next.length));
    } else {
      seedCopies.add(next);
    }
  }

  /// Begins to copy, on a thread of its own.
  ///
  /// @param fromBase what the base has
  /// @param fromSeeds what [#find] found
  Copying start(RangeSet fromBase, RangeSet fromSeeds) {
    long bytes = fromBase.bytes() + fromSeeds.bytes();
    if (bytes == 0) {
      return new Copying(Worker.start("landfall-copy", () -> {}));
    }
    ProgressCounter progress = new ProgressCounter(listener, Phase.COPY, bytes);
    Copying copying = new Copying(null);
    LocalCopy copy =
        new LocalCopy(
            part,
            (offset, length) -> {
              arrival.arrived(offset, length);
              progress.add(length);
            });
    copying.worker =
        Worker.start(
            "landfall-copy",
            () -> {
              for (Range range : fromBase.ranges()) {
                if (!copying.stopped) {
                  copy.copy(
                      options.base().orElseThrow(), range.offset(), range.offset(), range.length());
                }
              }
              baseBytes = copy.copiedBytes();
              for (SeedCopy seed : seedCopies) {
                if (!copying.stopped) {
                  copy.copy(seed.seed.device(), seed.from, seed.to, seed.length);
                }
              }
              seedBytes = copy.copiedBytes() - baseBytes;
            });
    return copying;
  }

  /// Bytes that came from the base.
  long baseBytes() {
    return baseBytes;
  }

  /// Bytes that came from seeds.
  long seedBytes() {
    return seedBytes;
  }

  /// A copy under way. Closing it waits until it leaves the files alone.
  static final class Copying implements AutoCloseable {
    private Worker worker;
    private volatile boolean stopped;

    private Copying(Worker worker) {
      this.worker = worker;
    }

    /// Waits until all is copied.
    void await() throws IOException {
      worker.await();
    }

    @Override
    public void close() {
      stopped = true;
      worker.join();
    }
  }
}
