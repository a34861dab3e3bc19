package io.landfall.transfer.landing;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.content.PageChecksums;
import io.landfall.protocol.message.Limits;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Takes pages from an older version of an image whose chunks have changed in part: the source
/// tells a checksum for each page, and only pages that differ travel. Which pages are equal is
/// proved when their chunk is sealed.
final class SeedPages {
  /// At once, so that many small changes cost no round trip each. A link takes four times as many.
  private static final int ASKERS = 8;

  private static final int PIECE_BYTES = 256 << 10;

  /// After so many pages it must be worth it: a sixteenth of them equal.
  private static final long TRIAL_PAGES = 4096;

  private static final int WORTH = 16;

  private final RemoteImage source;
  private final RangeSink sink;
  private final Optional<Seed> seed;
  private final Queue<Range> left = new ConcurrentLinkedQueue<>();
  private final RangeSet taken = new RangeSet(); // guarded by this
  private long asked; // guarded by this; pages
  private long equal; // guarded by this; pages
  private long copiedBytes; // guarded by this

  /// @param sink takes what the seed has, from several threads
  SeedPages(RemoteImage source, Optional<Manifest> manifest, List<Seed> seeds, RangeSink sink) {
    this.source = source;
    this.sink = sink;
    this.seed = manifest.flatMap(of -> closest(of, seeds));
  }

  /// The seed that has most chunks where the image has them; none if none has any.
  private static Optional<Seed> closest(Manifest image, List<Seed> seeds) {
    Optional<Seed> best = Optional.empty();
    long most = 0;
    for (Seed seed : seeds) {
      Manifest of = seed.manifest();
      long same = 0;
      if (of.chunkSizeBytes() == image.chunkSizeBytes()) {
        for (long i = 0; i < Math.min(of.chunkCount(), image.chunkCount()); i++) {
          same += !image.chunk(i).isZero() && of.chunk(i).equals(image.chunk(i)) ? 1 : 0;
        }
      }
      if (same > most) {
        most = same;
        best = Optional.of(seed);
      }
    }
    return best;
  }

  /// Whether there is anything to take pages from.
  boolean possible() {
    return seed.isPresent();
  }

  /// Brings what it can of `wanted`.
  ///
  /// @return what it brought
  RangeSet bring(RangeSet wanted) throws IOException {
    if (seed.isEmpty()) {
      return taken;
    }
    for (Range range : wanted.ranges()) {
      cut(range);
    }
    List<Worker> askers = new ArrayList<>();
    for (int i = 0; i < Math.min(ASKERS, left.size()); i++) {
      askers.add(Worker.start("landfall-pages-" + i, this::work));
    }
    askers.forEach(Worker::join); // all of them, before the first failure is thrown
    for (Worker asker : askers) {
      asker.await();
    }
    return taken;
  }

  /// Bytes that were written, and not found to be zero.
  synchronized long copiedBytes() {
    return copiedBytes;
  }

  /// Whole pages of a range, of chunks that the seed has in another version.
  private void cut(Range range) {
    Manifest old = seed.orElseThrow().manifest();
    int chunkSize = old.chunkSizeBytes();
    long page = Chunks.PAGE_SIZE_BYTES;
    long from = Math.ceilDiv(range.offset(), page) * page;
    long to = range.end() == source.sizeBytes() ? range.end() : range.end() / page * page;
    to = Math.min(to, old.sizeBytes() / page * page);
    long start = -1; // of the run under way
    for (long at = from; at < to; ) {
      long end = Math.min(to, (at / chunkSize + 1) * chunkSize);
      boolean other = !old.chunk(at / chunkSize).isZero();
      if (start >= 0 && (!other || end - start > Limits.MAX_WANT_BYTES)) {
        left.add(Range.between(start, at));
        start = -1;
      }
      start = other && start < 0 ? at : start;
      at = end;
    }
    if (start >= 0) {
      left.add(Range.between(start, to));
    }
  }

  private void work() throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    try {
      for (Range range = left.poll(); range != null && worthIt(); range = left.poll()) {
        Optional<List<Long>> pages = source.pages(range.offset(), (int) range.length());
        if (pages.isEmpty()) {
          return;
        }
        for (long at = range.offset(); at < range.end(); at += PIECE_BYTES) {
          int first = (int) ((at - range.offset()) / Chunks.PAGE_SIZE_BYTES);
          piece.clear().limit((int) Math.min(PIECE_BYTES, range.end() - at));
          seed.orElseThrow().device().read(at, piece);
          compare(at, piece.flip(), pages.get().subList(first, pages.get().size()));
        }
      }
    } catch (IOException | RuntimeException e) {
      left.clear();
      throw e;
    }
  }

  /// Hands over the runs of pages that are equal.
  private void compare(long offset, ByteBuffer piece, List<Long> theirs) throws IOException {
    List<Long> ours = PageChecksums.of(piece);
    int start = -1;
    boolean runZero = false;
    for (int i = 0; i <= ours.size(); i++) {
      boolean same = i < ours.size() && ours.get(i).equals(theirs.get(i));
      boolean zero = same && Chunks.isZero(page(piece, i, i + 1));
      if (start >= 0 && (!same || zero != runZero)) {
        bring(offset, page(piece, start, i), start, runZero);
        start = -1;
      }
      if (same && start < 0) {
        start = i;
        runZero = zero;
      }
    }
    count(ours.size());
  }

  private void bring(long offset, ByteBuffer pages, int first, boolean zero) throws IOException {
    long at = offset + (long) first * Chunks.PAGE_SIZE_BYTES;
    int length = pages.remaining();
    if (zero) {
      sink.zero(at, length);
    } else {
      sink.data(at, pages);
    }
    synchronized (this) {
      taken.add(new Range(at, length));
      copiedBytes += zero ? 0 : length;
      equal += Math.ceilDiv(length, Chunks.PAGE_SIZE_BYTES);
    }
  }

  private static ByteBuffer page(ByteBuffer piece, int from, int to) {
    int start = from * Chunks.PAGE_SIZE_BYTES;
    int end = Math.min(piece.limit(), to * Chunks.PAGE_SIZE_BYTES);
    return piece.slice(start, end - start);
  }

  private synchronized void count(int pages) {
    asked += pages;
  }

  private synchronized boolean worthIt() {
    return asked < TRIAL_PAGES || equal > asked / WORTH;
  }
}
