package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.net.PeerIdentity.Proof;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.tree.CopyLanding;
import io.landfall.transfer.tree.CopySource;
import io.landfall.transfer.tree.TreeFilter;
import io.landfall.transfer.tree.TreeLanding;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/// Copies by hand: what `landfall copy` asks of an agent. Any thread.
public final class CopyDesk {
  /// How exports for copies begin: `copy/NUMBER/PART`.
  public static final String PREFIX = "copy/";

  private static final System.Logger LOG = System.getLogger(CopyDesk.class.getName());
  private static final int MAX_OFFERS = 64;

  private final Observer observer;
  private final CopyDirectories directories;
  private final Executor hashing;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, Offer> offers = new ConcurrentHashMap<>();

  private record Offer(Peer to, CopySource source) {}

  CopyDesk(Observer observer, CopyDirectories directories, Executor hashing) {
    this.observer = observer;
    this.directories = directories;
    this.hashing = hashing;
  }

  /// Opens what a peer wants to copy from here; it may pull it until its link closes.
  Reply.CopyOffer offer(Peer peer, Request.OfferCopy request) throws IOException {
    CopyDirectories.Place place = directories.place(request.path());
    if (offers.size() >= MAX_OFFERS) {
      throw new ProtocolException(ErrorCode.BUSY, MAX_OFFERS + " copies are under way here");
    }
    CopySource source;
    try {
      source =
          CopySource.open(
              place.base(),
              place.relative(),
              new TreeFilter(request.include(), request.exclude()),
              hashing);
    } catch (NoSuchFileException e) {
      throw new ProtocolException(
          ErrorCode.NO_SUCH_EXPORT, "there is no '" + request.path() + "' here");
    }
    String export = PREFIX + numbers.incrementAndGet();
    offers.put(export, new Offer(peer, source));
    var _ = peer.closed().thenRun(() -> withdraw(export));
    return new Reply.CopyOffer(
        export, source.directory(), source.names(), source.sizeBytes(), source.dataBytes());
  }

  private void withdraw(String export) {
    Offer offer = offers.remove(export);
    if (offer != null) {
      try {
        offer.source().close();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "closing " + export, e);
      }
    }
  }

  /// A part of what was offered to that peer.
  Optional<Export> find(Peer peer, String name) throws IOException {
    int slash = name.indexOf('/', PREFIX.length());
    Offer offer = slash < 0 ? null : offers.get(name.substring(0, slash));
    return offer == null || !offer.to().equals(peer)
        ? Optional.empty()
        : offer
            .source()
            .find(name.substring(slash + 1))
            .map(export -> export.withOwner(user(peer.identity())));
  }

  /// As jobs name their owner; who proves no user's name is called what it proves.
  private static String user(PeerIdentity who) {
    return who.proof() == Proof.USER_CERTIFICATE ? who.name() : who.owner();
  }

  /// Lands here what the peer serves.
  Reply.CopyTaken take(Peer peer, Request.TakeCopy request) throws IOException {
    return observer.watch(
        TransferLine.Kind.COPY,
        "",
        request.path(),
        peer.name(),
        tracked -> {
          Reply.CopyTaken taken = take(peer, request, LandedParts.listener(tracked));
          tracked.done(taken.figures());
          return taken;
        });
  }

  private Reply.CopyTaken take(Peer peer, Request.TakeCopy request, TransferListener tracked)
      throws IOException {
    CopyDirectories.Place place = directories.place(request.path());
    long began = System.nanoTime();
    TransferListener told = listener(peer, request.path());
    TreeLanding.Landed landed =
        CopyLanding.land(
            parts(peer, request.export()),
            request.directory(),
            place.base(),
            place.relative(),
            progress -> {
              tracked.progress(progress);
              told.progress(progress);
            });
    return new Reply.CopyTaken(
        landed.entries(), figures(landed, Duration.ofNanos(System.nanoTime() - began)));
  }

  private static TransferListener listener(Peer peer, String path) {
    return progress ->
        Calls.tell(
            peer,
            new Notice.Landing(
                PREFIX,
                path,
                progress.phase().name(),
                progress.doneBytes(),
                progress.totalBytes()));
  }

  /// The parts of an export at a peer.
  public static TreeLanding.Parts parts(Peer peer, String export) {
    return part -> RemoteImage.open(peer, export + '/' + part);
  }

  /// What landed, for a reply.
  public static Figures figures(TreeLanding.Landed landed, Duration took) {
    return new Figures(
        landed.totalBytes(),
        landed.zeroBytes(),
        0,
        0,
        landed.hereBytes(),
        landed.pulledBytes(),
        landed.wireBytes(),
        took.toMillis());
  }
}
