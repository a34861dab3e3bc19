package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ImageId;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.swarm.PieceOffers;
import io.landfall.transfer.swarm.SwarmPull;
import io.landfall.transfer.swarm.Tracker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An execute host's part in swarms: pulls from other execute hosts what they have, and gives them
/// what it has. Any thread.
final class SwarmMember {
  private final Endpoint endpoint;
  private final boolean enabled;
  private final PieceOffers offers;
  private final Map<String, Peer> others = new HashMap<>(); // guarded by itself

  SwarmMember(Endpoint endpoint, boolean enabled, ImageCache cache) {
    this.endpoint = endpoint;
    this.enabled = enabled;
    this.offers = new PieceOffers(image -> Pinned.open(cache.pin(image)));
  }

  /// How to land an image of this submit host; absent if that is done alone.
  Optional<SwarmPull> with(Peer submitHost) {
    return enabled
        ? Optional.of(new SwarmPull(new Asking(submitHost), this::open, offers))
        : Optional.empty();
  }

  /// What another host may pull from here.
  Optional<Export> find(PeerIdentity who, String name) throws IOException {
    return offers.find(who, name);
  }

  private RemoteImage open(String address, String export) throws IOException {
    return RemoteImage.open(connected(address), export);
  }

  private Peer connected(String address) throws IOException {
    synchronized (others) {
      Peer known = others.get(address);
      if (known != null && !known.closed().isDone()) {
        return known;
      }
    }
    int colon = address.lastIndexOf(':');
    Peer peer =
        endpoint.connect(
            new InetSocketAddress(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
    synchronized (others) {
      others.values().removeIf(other -> other.closed().isDone());
      Peer first = others.putIfAbsent(address, peer);
      if (first != null) {
        peer.close();
        return first;
      }
      return peer;
    }
  }

  /// The tracker of a submit host.
  private record Asking(Peer submitHost) implements SwarmPull.Tracking {
    @Override
    public boolean join(ImageId image, byte[] key, BitSet wants, BitSet has) throws IOException {
      Reply.SwarmJoined joined =
          Calls.call(
              submitHost,
              new Request.SwarmJoin(
                  image.toString(),
                  HexFormat.of().formatHex(key),
                  SwarmDesk.runs(wants),
                  SwarmDesk.runs(has)));
      return joined.several();
    }

    @Override
    public Tracker.Piece next(
        ImageId image, boolean fromHere, List<Integer> done, List<Integer> failed)
        throws IOException {
      Reply.SwarmPiece piece =
          Calls.call(submitHost, new Request.SwarmNext(image.toString(), fromHere, done, failed));
      return new Tracker.Piece(piece.index(), piece.source(), piece.export(), piece.over());
    }
  }

  /// A landed image that stays in the cache while somebody pulls it.
  private record Pinned(ImageCache.Pinned image, RawFile file) implements BlockDevice {
    static Pinned open(ImageCache.Pinned image) throws IOException {
      try {
        return new Pinned(image, RawFile.open(image.path()));
      } catch (IOException e) {
        image.close();
        throw e;
      }
    }

    @Override
    public long sizeBytes() {
      return file.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      file.read(offset, target);
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) throws IOException {
      return file.extents(offset, length, limit);
    }

    @Override
    public void close() throws IOException {
      try (image) {
        file.close();
      }
    }
  }
}
