package io.landfall.transfer.landing;

import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.PullSettings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Brings what no reader has asked for of an image that lands lazily: first what other images here
/// have of it, then what a [BootProfile] says will be wanted first, then the rest whenever nobody
/// reads. One thread, but for the figures.
final class LazyFill {
  private static final Logger LOG = System.getLogger(LazyFill.class.getName());

  /// What the fill takes at once. Small, so that a reader's bytes queue behind little.
  private static final long FILL_BYTES = 2 << 20;

  /// What is brought at once of what a profile names, at most. It comes in the order of the disk,
  /// so little, and at first, when the guest is at its heels, less.
  private static final long AHEAD_BYTES = 1 << 20;

  private static final PullSettings FILL =
      new PullSettings(1 << 20, 256 << 10, 512 << 10, Priority.BACKGROUND, Codec.PLAIN);

  /// How long a source that refuses is left alone.
  private static final long RETRY_MILLIS = 2000;

  private final Path target;
  private final BootProfile ahead;
  private final long sizeBytes;
  private final Origin origin;
  private final Arrival arrival;
  private final LazyPulls pulls;
  private final AtomicLong aheadBytes = new AtomicLong();
  private final AtomicLong filledBytes = new AtomicLong();
  private Optional<SeedCopying> seeds = Optional.empty(); // set before the fill
  private String refused = ""; // what it was told last

  LazyFill(
      Path target,
      BootProfile ahead,
      long sizeBytes,
      Origin origin,
      Arrival arrival,
      LazyPulls pulls) {
    this.target = target;
    this.ahead = ahead;
    this.sizeBytes = sizeBytes;
    this.origin = origin;
    this.arrival = arrival;
    this.pulls = pulls;
  }

  private record SeedCopying(LocalParts parts, RangeSet here, AutoCloseable lent) {}

  /// Begins with what seeds have of it; who reads that before waits for the copy.
  ///
  /// @param lent is closed when the seeds are not needed any more
  void copyFirst(LocalParts parts, AutoCloseable lent) throws IOException {
    RangeSet here = parts.find(arrival.missing());
    here.ranges().forEach(arrival::take);
    seeds = Optional.of(new SeedCopying(parts, here, lent));
  }

  /// Bytes that were brought since the profile named them.
  long aheadBytes() {
    return aheadBytes.get();
  }

  /// Bytes that were brought after these.
  long filledBytes() {
    return filledBytes.get();
  }

  /// Returns when everything is here.
  ///
  /// @return false if the landing was closed before
  boolean bringAll() throws IOException, InterruptedException {
    copySeeds();
    bringAhead();
    boolean all = false;
    while (!all && arrival.whenNoReaders()) {
      List<Range> next = arrival.takeFirst(FILL_BYTES);
      bring(next, filledBytes);
      all = next.isEmpty() && arrival.awaitAll();
    }
    return all;
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
    long enough = LazyLanding.DEMAND_BYTES;
    for (Range range : ahead.ranges()) {
      long end = Math.min(range.end(), sizeBytes);
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
      pulls.pull(taken, FILL, counted);
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
}
