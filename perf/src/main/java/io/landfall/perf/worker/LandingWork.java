package io.landfall.perf.worker;

import io.landfall.perf.worker.Order.Names;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageIndex;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.store.chunking.ImageIndexes;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.landing.LandedImage;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.landing.Seed;
import io.landfall.transfer.landing.TransferRecord;
import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Encryption;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.pool.PoolCredentials;
import io.landfall.transfer.session.Checksums;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.tree.TreeLanding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Serves images and lands them, with what an agent uses for it.
final class LandingWork {
  private final Map<String, Offer> offers = new ConcurrentHashMap<>();
  private final Map<String, ServedTree> trees = new ConcurrentHashMap<>();
  private final Map<String, Manifest> known = new HashMap<>();
  private final Map<Integer, Peer> peers = new HashMap<>();
  private final List<Sealing> unsealed = new ArrayList<>();
  private Order.Talk talk = Order.Talk.LOOPBACK;
  private Endpoint endpoint;
  private int port = -1;

  /// Makes an export for each open.
  private interface Offer {
    Export open() throws IOException;
  }

  Map<String, Double> talk(Order.Talk order) {
    if (endpoint != null) {
      throw new IllegalStateException("how to talk is asked for before anything is served");
    }
    talk = order;
    return Map.of();
  }

  Map<String, Double> serve(Order.Serve order) throws IOException {
    for (var image : order.images().entrySet()) {
      Path path = Path.of(image.getValue());
      Checksums checksums = order.names() == Names.KNOWN ? indexed(path) : Checksums.NONE;
      offers.put(
          image.getKey(),
          () ->
              Export.of(RawFile.open(path))
                  .withManifest(names(path, order.names()))
                  .withChecksums(checksums)
                  .withStamp(Export.stampOf(path)));
    }
    return listening();
  }

  /// What an agent keeps of an image that it has hashed once.
  private Checksums indexed(Path image) throws IOException {
    try (RawFile device = RawFile.open(image)) {
      ImageIndex index =
          ImageIndexes.at(image.resolveSibling("indexes"))
              .indexOf(image, device, Chunks.DEFAULT_SIZE_BYTES, done -> {});
      known.put(image.toString(), index.manifest());
      return Checksums.of(index);
    }
  }

  private CompletableFuture<Manifest> names(Path path, Names names) {
    return names == Names.KNOWN
        ? CompletableFuture.completedFuture(known.get(path.toString()))
        : CompletableFuture.supplyAsync(() -> hash(path), Thread.ofPlatform().daemon()::start);
  }

  Map<String, Double> serveOverlay(Order.ServeOverlay order) throws IOException {
    Path overlay = Path.of(order.overlay());
    Manifest base = know(Path.of(order.base()));
    Manifest changed;
    try (OverlayFile layer = OverlayFile.openLayer(overlay);
        RawFile under = RawFile.open(Path.of(order.base()))) {
      changed =
          Chunking.update(base, LayeredDevice.over(layer, under), Overlays.changedRanges(layer));
    }
    offers.put(
        order.name(),
        () ->
            Export.of(OverlayFile.openLayer(overlay))
                .withBase(base.imageId())
                .withManifest(CompletableFuture.completedFuture(changed)));
    return listening();
  }

  private Map<String, Double> listening() throws IOException {
    if (port < 0) {
      InetSocketAddress anywhere = new InetSocketAddress(talk.submitHost(), 0);
      port = endpoint().listen(anywhere, peer -> peer.serve(this::find)).getPort();
    }
    return Map.of("port", (double) port);
  }

  /// A tree is read when its listing is asked for, so that each landing pays for that.
  Map<String, Double> serveTree(Order.ServeTree order) throws IOException {
    trees.put(order.name(), new ServedTree(Path.of(order.directory())));
    return listening();
  }

  Map<String, Double> landTree(Order.LandTree order) throws IOException {
    Peer peer = peer(order.port());
    TreeLanding.Landed landed =
        TreeLanding.land(
            part -> RemoteImage.open(peer, order.name() + '/' + part),
            Path.of(order.target()),
            TransferListener.NONE);
    return Map.of("pulledBytes", (double) landed.pulledBytes());
  }

  private Optional<Export> find(String name) throws IOException {
    int slash = name.indexOf('/');
    ServedTree tree = slash < 0 ? null : trees.get(name.substring(0, slash));
    if (tree != null) {
      return tree.find(name.substring(slash + 1));
    }
    Offer offer = offers.get(name);
    return offer == null ? Optional.empty() : Optional.of(offer.open());
  }

  private Endpoint endpoint() throws IOException {
    if (endpoint == null) {
      endpoint =
          Endpoint.open(
              EndpointSettings.of("bench").withCompression(talk.compressed()), admission());
    }
    return endpoint;
  }

  /// Without keys of this machine: on loopback they would go before certificates.
  private Admission admission() throws IOException {
    if (talk.credentials().isEmpty()) {
      return Admission.unproved();
    }
    return new Admission(
        talk.encrypted() ? Encryption.REQUIRED : Encryption.NEVER,
        Optional.of(PoolCredentials.read(Path.of(talk.credentials()))),
        Optional.empty());
  }

  Map<String, Double> know(Order.Know order) {
    order.images().forEach(image -> know(Path.of(image)));
    return Map.of();
  }

  private Manifest know(Path image) {
    return known.computeIfAbsent(image.toString(), path -> hash(Path.of(path)));
  }

  private static Manifest hash(Path image) {
    try (RawFile device = RawFile.open(image)) {
      return Chunking.manifestOf(device, Chunks.DEFAULT_SIZE_BYTES, done -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Lands, and leaves the hashing to threads that give way; the next order waits for it.
  Map<String, Double> land(Order.Land order) throws IOException {
    Sealing sealing = new Sealing(RemoteImage.open(peer(order.port()), order.name()));
    try {
      LandingOptions options = LandingOptions.DEFAULT.withSeeds(seeds(order.seeds(), sealing.lent));
      if (!order.base().isEmpty()) {
        sealing.lent.add(RawFile.open(Path.of(order.base())));
        options = options.withBase(sealing.lent.getLast());
      }
      LandedImage landed =
          Landing.land(
              sealing.source,
              Path.of(order.target()),
              options.sealingBehind(),
              TransferListener.NONE);
      sealing.landed = Optional.of(landed);
      unsealed.add(sealing);
      return figures(landed.record());
    } catch (IOException | RuntimeException e) {
      sealing.close();
      throw e;
    }
  }

  /// Waits until all that has landed is hashed too.
  Map<String, Double> settle() throws IOException {
    long start = System.nanoTime();
    for (Sealing sealing : unsealed) {
      LandedImage landed = sealing.landed.orElseThrow();
      known.put(landed.path().toString(), landed.manifest());
      sealing.close();
    }
    unsealed.clear();
    return Map.of("behindSeconds", (System.nanoTime() - start) / 1e9);
  }

  /// What must stay open until a landed image is sealed.
  private static final class Sealing {
    final RemoteImage source;
    final List<RawFile> lent = new ArrayList<>();
    Optional<LandedImage> landed = Optional.empty();

    Sealing(RemoteImage source) {
      this.source = source;
    }

    void close() throws IOException {
      source.close();
      for (RawFile file : lent) {
        file.close();
      }
    }
  }

  Map<String, Double> landInCache(Order.LandInCache order) throws IOException {
    try (ImageCache cache = ImageCache.open(Path.of(order.cache()));
        RemoteImage source = RemoteImage.open(peer(order.port()), order.name());
        ImageCache.Pinned pinned = cache.land(source, TransferListener.NONE)) {
      return figures(pinned.record());
    }
  }

  private Peer peer(int serverPort) throws IOException {
    Peer peer = peers.get(serverPort);
    if (peer == null || peer.closed().isDone()) {
      peer = endpoint().connect(new InetSocketAddress(talk.submitHost(), serverPort));
      peers.put(serverPort, peer);
    }
    return peer;
  }

  private List<Seed> seeds(List<String> images, List<RawFile> lent) throws IOException {
    List<Seed> seeds = new ArrayList<>();
    for (String image : images) {
      lent.add(RawFile.open(Path.of(image)));
      seeds.add(new Seed(know(Path.of(image)), lent.getLast()));
    }
    return seeds;
  }

  private static SortedMap<String, Double> figures(TransferRecord record) {
    SortedMap<String, Double> figures = new TreeMap<>();
    figures.put("pulledBytes", (double) record.pulledBytes());
    figures.put("seedBytes", (double) record.seedBytes());
    figures.put("baseBytes", (double) record.baseBytes());
    figures.put("mapSeconds", record.map().toNanos() / 1e9);
    figures.put("pullSeconds", record.pull().toNanos() / 1e9);
    figures.put("sealSeconds", record.seal().toNanos() / 1e9);
    figures.put("commitSeconds", record.commit().toNanos() / 1e9);
    return figures;
  }
}
