package io.landfall.transfer.swarm;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.landing.Exchange;
import io.landfall.transfer.landing.StallRule;
import io.landfall.transfer.net.PullSummary;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The pull of one landing host: some workers fetch what the submit host sends to nobody else, the
/// others what other hosts have. Every chunk is compared with the manifest in memory, before it is
/// written.
///
/// A host that fails, stalls or sends wrong bytes is named in the log and not asked again. When the
/// tracker is lost, the rest comes from the source, as without a swarm.
public final class SwarmPull implements Exchange {
  private static final Logger LOG = System.getLogger(SwarmPull.class.getName());

  /// A piece in 40 s at the least: slower hosts cost more than they give.
  private static final StallRule STALL = new StallRule(1 << 20, Duration.ofSeconds(10));

  private static final int FROM_SOURCE = 2;
  private static final int FROM_OTHERS = 4;

  private final Tracking tracking;
  private final Dialler dialler;
  private final PieceOffers offers;
  private final StallRule stall;

  /// The tracker, as this host asks it for one image.
  public interface Tracking {
    /// Joins the swarm.
    ///
    /// @return whether there may be others in it
    boolean join(ImageId image, byte[] key, BitSet wants, BitSet has) throws IOException;

    /// As [Tracker#next].
    Tracker.Piece next(ImageId image, boolean fromHere, List<Integer> done, List<Integer> failed)
        throws IOException;
  }

  /// Opens what another host offers.
  @FunctionalInterface
  public interface Dialler {
    RemoteImage open(String address, String export) throws IOException;
  }

  public SwarmPull(Tracking tracking, Dialler dialler, PieceOffers offers) {
    this(tracking, dialler, offers, STALL);
  }

  /// @param stall who is slower is not asked again
  SwarmPull(Tracking tracking, Dialler dialler, PieceOffers offers, StallRule stall) {
    this.stall = stall;
    this.tracking = tracking;
    this.dialler = dialler;
    this.offers = offers;
  }

  @Override
  public PullSummary pull(Wanted wanted, Direct direct) throws IOException {
    ImageId image = wanted.manifest().imageId();
    if (wanted.ranges().isEmpty()) {
      return direct.pull(List.of());
    }
    PieceOffers.Offer offer = offers.landing(image, wanted.part());
    try {
      BitSet wants = Pieces.touching(wanted.ranges());
      BitSet has = rightOf(wanted);
      has.stream().forEach(offer::verified);
      if (!tracking.join(image, offer.key, wants, has)) {
        return direct.pull(wanted.ranges());
      }
      Run run = new Run(wanted, offer);
      run.run();
      if (!run.left().isEmpty()) {
        leave(image, offer);
      }
      LOG.log(
          Level.INFO,
          "image {0}: {1} pieces from the submit host, {2} from other hosts",
          image,
          run.fromSource,
          run.fromOthers);
      PullSummary rest = direct.pull(run.left());
      return new PullSummary(
          run.dataBytes + rest.dataBytes(),
          run.zeroBytes + rest.zeroBytes(),
          run.dataBytes + rest.wireBytes());
    } catch (IOException | RuntimeException e) {
      offers.withdraw(image, offer);
      leave(image, offer);
      throw e;
    }
  }

  /// The pieces that came before the chunks had names, and are what they are named.
  private static BitSet rightOf(Wanted wanted) throws IOException {
    BitSet pieces = Pieces.touching(wanted.here());
    pieces.andNot(Pieces.touching(wanted.ranges()));
    if (pieces.isEmpty()) {
      return pieces;
    }
    BitSet right = new BitSet();
    ByteBuffer buffer = ByteBuffer.allocateDirect(Pieces.BYTES);
    try (RawFile part = RawFile.open(wanted.part())) {
      for (int piece = pieces.nextSetBit(0); piece >= 0; piece = pieces.nextSetBit(piece + 1)) {
        Range range = Pieces.range(piece, wanted.manifest().sizeBytes());
        part.read(range.offset(), buffer.clear().limit((int) range.length()));
        right.set(piece, wrongChunk(wanted.manifest(), range, buffer) < 0);
      }
    }
    return right;
  }

  /// The first chunk of a piece that is not what the manifest names, or -1.
  private static long wrongChunk(Manifest manifest, Range piece, ByteBuffer bytes) {
    int chunkBytes = manifest.chunkSizeBytes();
    for (long at = piece.offset(); at < piece.end(); at += chunkBytes) {
      long chunk = at / chunkBytes;
      int length = Chunks.length(chunk, manifest.sizeBytes(), chunkBytes);
      ByteBuffer content = bytes.slice((int) (at - piece.offset()), length);
      ChunkId id = Chunks.isZero(content) ? ChunkId.ZERO : ChunkId.of(content);
      if (!id.equals(manifest.chunk(chunk))) {
        return chunk;
      }
    }
    return -1;
  }

  /// What the tracker thinks is on its way here, others are to fetch.
  private void leave(ImageId image, PieceOffers.Offer offer) {
    try {
      tracking.join(image, offer.key, new BitSet(), new BitSet());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "image {0}: the tracker is lost: {1}", image, e.getMessage());
    }
  }

  /// Gives others an image that is here, whole and sealed.
  public void landed(Manifest manifest) {
    ImageId image = manifest.imageId();
    BitSet all = new BitSet();
    all.set(0, Pieces.count(manifest.sizeBytes()));
    try {
      tracking.join(image, offers.landed(image), new BitSet(), all);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "image {0} is not told of: {1}", image, e.getMessage());
    }
  }

  /// One landing's workers, and what they have brought.
  private final class Run {
    private final Wanted wanted;
    private final PieceOffers.Offer offer;
    private final Manifest manifest;
    private final BitSet arrived = new BitSet(); // guarded by this
    private long dataBytes; // guarded by this
    private long zeroBytes; // guarded by this
    private int fromSource; // pieces; guarded by this
    private int fromOthers; // pieces; guarded by this
    private boolean broken; // a worker could not go on; guarded by this
    private IOException failure; // of the sink; guarded by this

    Run(Wanted wanted, PieceOffers.Offer offer) {
      this.wanted = wanted;
      this.offer = offer;
      this.manifest = wanted.manifest();
    }

    void run() throws IOException {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < FROM_SOURCE + FROM_OTHERS; i++) {
        boolean fromSource = i < FROM_SOURCE;
        threads.add(
            Thread.ofPlatform().daemon().name("landfall-swarm-" + i).start(() -> work(fromSource)));
      }
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        threads.forEach(Thread::interrupt);
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while landing from a swarm");
      }
      synchronized (this) {
        if (failure != null) {
          throw failure;
        }
      }
    }

    /// What has not come.
    synchronized List<Range> left() {
      BitSet missing = Pieces.touching(wanted.ranges());
      missing.andNot(arrived);
      return missing.stream().mapToObj(piece -> partsOf(piece)).flatMap(List::stream).toList();
    }

    private List<Range> partsOf(int piece) {
      return Pieces.within(Pieces.range(piece, manifest.sizeBytes()), wanted.ranges());
    }

    private void work(boolean fromSource) {
      List<Integer> done = List.of();
      List<Integer> failed = List.of();
      try (Fetcher fetcher = new Fetcher(wanted.source(), dialler, stall)) {
        while (!hasFailed()) {
          Tracker.Piece piece = tracking.next(manifest.imageId(), fromSource, done, failed);
          if (piece.over()) {
            return;
          }
          done = List.of();
          failed = List.of();
          if (piece.index() >= 0 && piece.index() < Pieces.count(manifest.sizeBytes())) {
            boolean right = fetched(piece, fetcher);
            done = right ? List.of(piece.index()) : List.of();
            failed = right ? List.of() : List.of(piece.index());
          }
        }
      } catch (IOException e) {
        broken();
        LOG.log(Level.INFO, "{0}: no swarm any more: {1}", wanted.source(), e.getMessage());
      }
    }

    private synchronized void broken() {
      broken = true;
    }

    private synchronized boolean hasFailed() {
      return broken || failure != null || Thread.currentThread().isInterrupted();
    }

    /// @throws IOException if the submit host itself fails
    private boolean fetched(Tracker.Piece piece, Fetcher fetcher) throws IOException {
      Range range = Pieces.range(piece.index(), manifest.sizeBytes());
      try {
        fetcher.fetch(piece, range);
        requireRight(fetcher, range);
      } catch (IOException e) {
        String from = piece.source().isEmpty() ? wanted.source().toString() : piece.source();
        LOG.log(Level.WARNING, "{0}: {1}; not asked for it again", from, e.getMessage());
        if (piece.source().isEmpty()) {
          throw e;
        }
        return false;
      }
      write(piece, range, fetcher);
      return true;
    }

    private void requireRight(Fetcher fetcher, Range range) throws IOException {
      long wrong = wrongChunk(manifest, range, fetcher.bytes(0, (int) range.length()));
      if (wrong >= 0) {
        throw new IOException(
            "sent wrong bytes for chunk " + wrong + " of image " + manifest.imageId());
      }
    }

    /// Only what was wanted is written; the rest of the piece is here or zero.
    private synchronized void write(Tracker.Piece fetched, Range range, Fetcher fetcher) {
      int piece = fetched.index();
      if (arrived.get(piece) || failure != null) {
        return;
      }
      fromSource += fetched.source().isEmpty() ? 1 : 0;
      fromOthers += fetched.source().isEmpty() ? 0 : 1;
      try {
        for (Range part : partsOf(piece)) {
          know(part);
          int from = (int) (part.offset() - range.offset());
          var bytes = fetcher.bytes(from, (int) part.length());
          if (Chunks.isZero(bytes)) {
            wanted.sink().zero(part.offset(), part.length());
            zeroBytes += part.length();
          } else {
            wanted.sink().data(part.offset(), bytes);
            dataBytes += part.length();
          }
        }
        arrived.set(piece);
        if (restIsZero(piece, range, fetcher)) {
          offer.verified(piece);
        }
      } catch (IOException e) {
        failure = e;
      }
    }

    /// Chunks that are written whole need not be hashed again; of others, the rest may be wrong.
    private void know(Range part) {
      int chunkBytes = manifest.chunkSizeBytes();
      for (long chunk = Math.ceilDiv(part.offset(), chunkBytes);
          chunk < manifest.chunkCount();
          chunk++) {
        long end = Math.min((chunk + 1) * chunkBytes, manifest.sizeBytes());
        if (end > part.end()) {
          return;
        }
        wanted.known().chunk(chunk, manifest.chunk(chunk));
      }
    }

    /// What was not wanted may be on its way from a seed; then the piece is not whole here yet.
    private boolean restIsZero(int piece, Range range, Fetcher fetcher) {
      long at = range.offset();
      List<Range> parts = new ArrayList<>(partsOf(piece));
      parts.add(new Range(range.end(), 0));
      for (Range part : parts) {
        int gap = (int) (part.offset() - at);
        if (gap > 0 && !Chunks.isZero(fetcher.bytes((int) (at - range.offset()), gap))) {
          return false;
        }
        at = part.end();
      }
      return true;
    }
  }
}
