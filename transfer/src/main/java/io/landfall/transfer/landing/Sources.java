package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Pulls from one source, and from the next of the same content what is left when that fails or
/// stalls.
final class Sources {
  private static final Logger LOG = System.getLogger(Sources.class.getName());

  private final List<RemoteImage> sources = new ArrayList<>();
  private final StallRule stall;
  private int current; // of sources: those before it have failed; one thread at a time

  /// @param others are asked in this order; one of other or unknown content is left out
  Sources(RemoteImage first, List<RemoteImage> others, StallRule stall) {
    sources.add(first);
    others.stream().filter(other -> same(first, other)).forEach(sources::add);
    this.stall = stall;
  }

  private static boolean same(RemoteImage first, RemoteImage other) {
    return first.imageId().isPresent() && first.imageId().equals(other.imageId());
  }

  /// Pulls all of `ranges`; fails with the failure of the last source, or of `sink`.
  PullSummary pull(List<Range> ranges, RangeSink sink, TransferListener listener)
      throws IOException {
    Remaining remaining = new Remaining(ranges, sink);
    long wireBytes = 0;
    while (true) {
      RemoteImage source = sources.get(current);
      try {
        PullSummary last = pull(source, remaining, listener);
        return new PullSummary(
            remaining.dataBytes(), remaining.zeroBytes(), wireBytes + last.wireBytes());
      } catch (IOException e) {
        if (remaining.sinkFailed()
            || current + 1 == sources.size()
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        wireBytes = remaining.dataBytes(); // what headers added is not known of a pull that failed
        current++;
        LOG.log(
            Level.WARNING,
            "{0}: {1}; going on from {2}",
            source,
            e.getMessage(),
            sources.get(current));
      }
    }
  }

  /// The names of the chunks, from the source that was pulled from last.
  Optional<Manifest> manifest() throws IOException {
    return sources.get(current).manifest();
  }

  private PullSummary pull(RemoteImage source, Remaining remaining, TransferListener listener)
      throws IOException {
    StallWatch watch = StallWatch.over(Thread.currentThread(), stall, remaining::bytes);
    try {
      return source.pull(remaining.ranges(), remaining, listener);
    } catch (InterruptedIOException e) {
      throw watch.stalled() ? new IOException(source + " stalls: " + stall, e) : e;
    } finally {
      watch.close();
    }
  }

  /// Takes what comes, and knows what is still to come.
  private static final class Remaining implements RangeSink {
    private final RangeSink sink;
    private final RangeSet ranges; // guarded by this
    private long dataBytes; // guarded by this
    private long zeroBytes; // guarded by this
    private boolean sinkFailed; // guarded by this

    Remaining(List<Range> ranges, RangeSink sink) {
      this.ranges = RangeSet.of(ranges);
      this.sink = sink;
    }

    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      try {
        sink.data(offset, bytes);
      } catch (IOException | RuntimeException e) {
        failed();
        throw e;
      }
      arrived(offset, length, 0);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
      try {
        sink.zero(offset, length);
      } catch (IOException | RuntimeException e) {
        failed();
        throw e;
      }
      arrived(offset, 0, length);
    }

    private synchronized void arrived(long offset, long data, long zeros) {
      ranges.remove(new Range(offset, data + zeros));
      dataBytes += data;
      zeroBytes += zeros;
    }

    private synchronized void failed() {
      sinkFailed = true;
    }

    synchronized boolean sinkFailed() {
      return sinkFailed;
    }

    synchronized List<Range> ranges() {
      return ranges.ranges();
    }

    synchronized long dataBytes() {
      return dataBytes;
    }

    synchronized long zeroBytes() {
      return zeroBytes;
    }

    /// What has come.
    synchronized long bytes() {
      return dataBytes + zeroBytes;
    }
  }
}
