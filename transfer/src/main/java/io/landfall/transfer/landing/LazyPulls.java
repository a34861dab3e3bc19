package io.landfall.transfer.landing;

import io.landfall.protocol.error.RemoteException;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Brings ranges of an image that lands lazily from its source into the part file. Any thread.
final class LazyPulls {
  private static final Logger LOG = System.getLogger(LazyPulls.class.getName());

  private final Path target;
  private final Origin origin;
  private final PartFile part;
  private final Durability durability;
  private final Arrival arrival;
  private final AtomicLong zeroBytes = new AtomicLong();
  private final AtomicLong wireBytes = new AtomicLong();

  LazyPulls(Path target, Origin origin, PartFile part, Durability durability, Arrival arrival) {
    this.target = target;
    this.origin = origin;
    this.part = part;
    this.durability = durability;
    this.arrival = arrival;
  }

  /// Bytes that the source said are zero.
  long zeroBytes() {
    return zeroBytes.get();
  }

  /// Bytes that were on the network for all pulls.
  long wireBytes() {
    return wireBytes.get();
  }

  /// Notes that bytes are in the part file.
  void arrived(long offset, long length) throws IOException {
    durability.written(offset, length);
    arrival.arrived(offset, length);
  }

  /// Pulls what was taken, or, if its source is lost over that, gives it back.
  ///
  /// @throws IOException if the source refuses, this disk cannot take it, or it is over
  void pull(List<Range> taken, PullSettings settings, AtomicLong counted) throws IOException {
    if (taken.isEmpty()) {
      return;
    }
    Arriving arriving = new Arriving(counted);
    try {
      RemoteImage source = origin.get();
      try {
        wireBytes.addAndGet(source.pull(taken, settings, arriving).wireBytes());
      } catch (IOException e) {
        if (arriving.failure != null || e instanceof RemoteException || origin.isClosed()) {
          throw e;
        }
        LOG.log(Level.INFO, "{0}: its source is gone ({1}); waiting", target, e.getMessage());
        origin.lost(source);
      }
    } finally {
      arrival.givenUp(taken);
    }
  }

  /// Puts what comes where it belongs.
  private final class Arriving implements RangeSink {
    private final AtomicLong counted;
    private volatile IOException failure; // of this host's, not of the source's

    Arriving(AtomicLong counted) {
      this.counted = counted;
    }

    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      try {
        part.file().write(offset, bytes);
        counted.addAndGet(length);
        arrived(offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    /// The part file is a hole where nothing has been written.
    @Override
    public void zero(long offset, long length) throws IOException {
      try {
        zeroBytes.addAndGet(length);
        arrived(offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
