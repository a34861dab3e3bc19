package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/// A pull together with other hosts, as soon as the source has named its chunks.
///
/// A source that is still hashing is not waited for: until it is through, slices come from it
/// alone, beginning anywhere, so that hosts that begin together bring different ones. Those are
/// given to the others too. One thread.
final class Together {
  private static final Logger LOG = System.getLogger(Together.class.getName());

  /// A multiple of every chunk size. Each slice is twice the one before: the first ones end soon,
  /// for a source that is nearly through, and later ones cost no round trips.
  private static final long FIRST_SLICE_BYTES = 4 << 20;

  private static final long LONGEST_SLICE_BYTES = 64 << 20;

  private final RemoteImage source;
  private final Sources sources;
  private final Exchange exchange;
  private final Path part;
  private final Exchange.Known hashed;
  private PullSummary sum = new PullSummary(0, 0, 0);

  /// @param part the file that is pulled into, at the same offsets
  /// @param hashed is told of chunks that were compared before they are written
  Together(
      RemoteImage source, Sources sources, Exchange exchange, Path part, Exchange.Known hashed) {
    this.source = source;
    this.sources = sources;
    this.exchange = exchange;
    this.part = part;
    this.hashed = hashed;
  }

  PullSummary pull(List<Range> ranges, RangeSink sink) throws IOException {
    CompletableFuture<Optional<Manifest>> naming = naming();
    RangeSet left = RangeSet.of(ranges);
    RangeSet here = new RangeSet();
    long size = source.sizeBytes();
    long at = size == 0 ? 0 : ThreadLocalRandom.current().nextLong(size);
    at -= at % FIRST_SLICE_BYTES;
    long slice = FIRST_SLICE_BYTES;
    while (!left.isEmpty() && !naming.isDone()) {
      Range window = Range.between(at, Math.min(size, at + slice));
      RangeSet next = left.intersect(RangeSet.of(List.of(window)));
      if (!next.isEmpty()) {
        sum = sum.plus(sources.pull(next.ranges(), sink, TransferListener.NONE));
        left.remove(window);
        here.add(window);
        slice = Math.min(2 * slice, LONGEST_SLICE_BYTES);
      }
      at = window.end() == size ? 0 : window.end();
    }
    if (!left.isEmpty()) {
      sum = sum.plus(rest(naming, left.ranges(), here.ranges(), sink));
    }
    return sum;
  }

  private PullSummary rest(
      CompletableFuture<Optional<Manifest>> naming,
      List<Range> ranges,
      List<Range> here,
      RangeSink sink)
      throws IOException {
    Optional<Manifest> named = Optional.empty();
    try {
      named = naming.join();
    } catch (CompletionException e) {
      LOG.log(Level.INFO, "{0} names no chunks: {1}", source, e.getCause().getMessage());
    }
    // A source that was still hashing may have decided for other chunks than are hashed here.
    boolean sameChunks =
        named.map(Manifest::chunkSizeBytes).equals(Optional.of(source.chunkSizeBytes()));
    Exchange.Known known = sameChunks ? hashed : (chunk, id) -> {};
    Exchange.Direct direct = alone -> sources.pull(alone, sink, TransferListener.NONE);
    return named.isEmpty()
        ? direct.pull(ranges)
        : exchange.pull(
            new Exchange.Wanted(source, named.get(), part, ranges, here, sink, known), direct);
  }

  /// Asked from a thread of its own: the answer may be long in coming.
  private CompletableFuture<Optional<Manifest>> naming() throws IOException {
    if (source.imageId().isPresent()) {
      return CompletableFuture.completedFuture(source.manifest());
    }
    CompletableFuture<Optional<Manifest>> naming = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("landfall-naming")
        .start(() -> {
          try {
            naming.complete(source.manifest());
          } catch (IOException | RuntimeException e) {
            naming.completeExceptionally(e);
          }
        });
    return naming;
  }
}
