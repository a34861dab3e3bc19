package io.landfall.transfer.swarm;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What this host gives to others of a swarm: images that have landed, and of those that are
/// landing the pieces that were verified. Only to who shows a ticket of the tracker. Any thread.
public final class PieceOffers {
  /// How the names of these exports begin.
  public static final String PREFIX = Ticket.PREFIX;

  private static final int MAX_OFFERS = 64;
  private static final int TIMES = 4;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Landed landed;
  private final Map<ImageId, Offer> offers = new LinkedHashMap<>(); // guarded by itself

  /// Opens an image that has landed; the caller closes it.
  @FunctionalInterface
  public interface Landed {
    BlockDevice open(ImageId image) throws IOException;
  }

  public PieceOffers(Landed landed) {
    this.landed = landed;
  }

  /// An image on offer.
  static final class Offer {
    final byte[] key = new byte[Ticket.KEY_BYTES];
    private Optional<Path> part; // of a landing; absent when it is over; guarded by verified
    private final BitSet verified = new BitSet(); // guarded by itself

    Offer(Optional<Path> part) {
      this.part = part;
      RANDOM.nextBytes(key);
    }

    void verified(int piece) {
      synchronized (verified) {
        verified.set(piece);
      }
    }

    void landed() {
      synchronized (verified) {
        part = Optional.empty();
      }
    }

    Optional<Path> part() {
      synchronized (verified) {
        return part;
      }
    }

    boolean holds(long offset, int length) {
      int first = (int) (offset / Pieces.BYTES);
      int end = (int) Math.ceilDiv(offset + length, Pieces.BYTES);
      synchronized (verified) {
        return verified.nextClearBit(first) >= end;
      }
    }
  }

  /// Offers what of a landing is verified; nothing yet.
  Offer landing(ImageId image, Path part) {
    return put(image, new Offer(Optional.of(part)));
  }

  /// Offers an image that has landed.
  ///
  /// @return the key of its tickets
  byte[] landed(ImageId image) {
    synchronized (offers) {
      Offer offer = offers.get(image);
      if (offer == null) {
        offer = put(image, new Offer(Optional.empty()));
      }
      offer.landed(); // tickets stay good
      return offer.key;
    }
  }

  private Offer put(ImageId image, Offer offer) {
    synchronized (offers) {
      offers.remove(image);
      if (offers.size() >= MAX_OFFERS) {
        offers.remove(offers.keySet().iterator().next());
      }
      offers.put(image, offer);
      return offer;
    }
  }

  /// Offers it no more.
  void withdraw(ImageId image, Offer offer) {
    synchronized (offers) {
      offers.remove(image, offer);
    }
  }

  /// What a ticket is for.
  ///
  /// @throws ProtocolException `NOT_AUTHORISED` if it is not good for this peer now
  public Optional<Export> find(PeerIdentity who, String name) throws IOException {
    Optional<Ticket> ticket = Ticket.parse(name);
    Offer offer;
    synchronized (offers) {
      offer = ticket.map(shown -> offers.get(shown.image())).orElse(null);
    }
    if (offer == null) {
      return Optional.empty();
    }
    if (!who.isHost() || !ticket.get().good(offer.key, who.owner(), Instant.now())) {
      throw new ProtocolException(
          ErrorCode.NOT_AUTHORISED, who + " has no good ticket for image " + ticket.get().image());
    }
    BlockDevice device = open(ticket.get().image(), offer);
    long ceiling = TIMES * device.sizeBytes() + (64L << 20);
    long[] taken = {0};
    return Optional.of(
        Export.of(device)
            .withAllowance(bytes -> {
              synchronized (taken) {
                taken[0] += bytes;
                return taken[0] <= ceiling
                    ? Optional.empty()
                    : Optional.of("more than " + ceiling + " bytes were taken of " + name);
              }
            }));
  }

  private BlockDevice open(ImageId image, Offer offer) throws IOException {
    Optional<Path> part = offer.part();
    if (part.isPresent()) {
      try {
        return new Verified(RawFile.open(part.get()), offer);
      } catch (IOException e) {
        if (Files.exists(part.get())) {
          throw e;
        } // it got its name just now
      }
    }
    return landed.open(image);
  }

  /// A part file, as far as it was verified.
  private record Verified(RawFile part, Offer offer) implements BlockDevice {
    @Override
    public long sizeBytes() {
      return part.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      if (!offer.holds(offset, target.remaining())) {
        throw new IOException("bytes from " + offset + " on are not verified here yet");
      }
      part.read(offset, target);
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      return length == 0 ? List.of() : List.of(new Extent(offset, length, Extent.Kind.DATA));
    }

    @Override
    public void close() throws IOException {
      part.close();
    }
  }
}
