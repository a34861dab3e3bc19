package io.landfall.transfer.swarm;

import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.landing.StallRule;
import io.landfall.transfer.landing.StallWatch;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Brings one piece at a time into memory. One thread.
final class Fetcher implements AutoCloseable {
  private final RemoteImage source;
  private final SwarmPull.Dialler dialler;
  private final StallRule stall;
  private final Map<String, RemoteImage> others = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(Pieces.BYTES);

  Fetcher(RemoteImage source, SwarmPull.Dialler dialler, StallRule stall) {
    this.source = source;
    this.dialler = dialler;
    this.stall = stall;
  }

  void fetch(Tracker.Piece piece, Range range) throws IOException {
    RemoteImage from = piece.source().isEmpty() ? source : other(piece);
    if (from.sizeBytes() != source.sizeBytes()) {
      throw new IOException("offers an image of another size");
    }
    Filling filling = new Filling(range.offset(), buffer, new AtomicLong());
    StallWatch watch = StallWatch.over(Thread.currentThread(), stall, filling.count::get);
    try {
      from.pull(java.util.List.of(range), PullSettings.BULK, filling);
    } catch (InterruptedIOException e) {
      throw watch.stalled() ? new IOException("stalls: " + stall, e) : e;
    } finally {
      watch.close();
    }
  }

  private RemoteImage other(Tracker.Piece piece) throws IOException {
    RemoteImage known = others.get(piece.source());
    if (known == null) {
      known = dialler.open(piece.source(), piece.export());
      others.put(piece.source(), known);
    }
    return known;
  }

  /// A part of what was fetched last.
  ByteBuffer bytes(int from, int length) {
    return buffer.slice(from, length);
  }

  @Override
  public void close() {
    others.values().forEach(RemoteImage::close);
  }

  private record Filling(long offset, ByteBuffer target, AtomicLong count) implements RangeSink {
    @Override
    public void data(long at, ByteBuffer bytes) {
      count.addAndGet(bytes.remaining());
      target.put((int) (at - offset), bytes, bytes.position(), bytes.remaining());
    }

    @Override
    public void zero(long at, long length) {
      count.addAndGet(length);
      int start = (int) (at - offset);
      for (int i = start; i < start + length; i++) {
        target.put(i, (byte) 0);
      }
    }
  }
}
