package io.landfall.transfer.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.landing.LandedImage;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.landing.StallRule;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Hosts that land one image at the same time, over real sockets.
@Timeout(120)
class SwarmTest {
  private static final int SIZE_BYTES = 48 << 20;
  private static final int DATA_BYTES = SIZE_BYTES / 2; // every other MiB

  @TempDir Path directory;
  private final Tracker tracker = new Tracker(4);
  private final AtomicLong sent = new AtomicLong(); // of the image's data
  private final Map<String, Host> hosts = new ConcurrentHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final Logger log = Logger.getLogger(SwarmPull.class.getName());
  private final Handler listener = new Warnings();
  private StallRule stall = new StallRule(1 << 20, Duration.ofSeconds(10));
  private CompletableFuture<Manifest> naming;
  private Endpoint source;
  private InetSocketAddress address;
  private Path image;
  private Manifest manifest;
  private long enough = Long.MAX_VALUE; // what is sent before the source has named its chunks

  private final class Warnings extends Handler {
    @Override
    public void publish(LogRecord line) {
      synchronized (warnings) {
        warnings.add(line.getMessage() + List.of(line.getParameters()));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /// An execute host: lands from the source and gives to others.
  private final class Host implements SwarmPull.Tracking, AutoCloseable {
    final Endpoint endpoint;
    final String name;
    final String at;
    final Map<String, Peer> peers = new ConcurrentHashMap<>();
    PieceOffers offers = new PieceOffers(id -> RawFile.open(landed()));

    Host(String name) throws IOException {
      this.name = name;
      endpoint = Endpoint.open(EndpointSettings.of(name));
      InetSocketAddress where =
          endpoint.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              peer -> peer.serve(export -> offers.find(peer.identity(), export)));
      at = where.getHostString() + ":" + where.getPort();
      hosts.put(at, this);
    }

    Path landed() {
      return directory.resolve(name + ".raw");
    }

    LandedImage land() throws IOException {
      try (Peer peer = endpoint.connect(address);
          RemoteImage remote = RemoteImage.open(peer, "disk")) {
        SwarmPull pull = new SwarmPull(this, this::open, offers, stall);
        LandedImage done =
            Landing.land(
                remote, landed(), LandingOptions.DEFAULT.withExchange(pull), TransferListener.NONE);
        pull.landed(done.manifest());
        return done;
      }
    }

    private RemoteImage open(String other, String export) throws IOException {
      return RemoteImage.open(connected(other), export);
    }

    private synchronized Peer connected(String other) throws IOException {
      if (!peers.containsKey(other)) {
        peers.put(other, endpoint.connect(hosts.get(other).listens()));
      }
      return peers.get(other);
    }

    private InetSocketAddress listens() {
      int colon = at.lastIndexOf(':');
      return new InetSocketAddress(
          InetAddress.getLoopbackAddress(), Integer.parseInt(at.substring(colon + 1)));
    }

    @Override
    public boolean join(ImageId id, byte[] key, BitSet wants, BitSet has) {
      tracker.join(at, "this machine", id, key, wants, has);
      return true;
    }

    @Override
    public Tracker.Piece next(
        ImageId id, boolean fromHere, List<Integer> done, List<Integer> failed) {
      return tracker.next(at, id, fromHere, done, failed);
    }

    @Override
    public void close() {
      endpoint.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    log.addHandler(listener);
    image = directory.resolve("image.raw");
    try (RawFile file = RawFile.create(image, SIZE_BYTES)) {
      byte[] megabyte = new byte[1 << 20];
      Random random = new Random(5);
      for (long at = 0; at < SIZE_BYTES; at += 2L * megabyte.length) {
        random.nextBytes(megabyte);
        file.write(at, ByteBuffer.wrap(megabyte)); // every other is a hole
      }
      manifest = Chunking.manifestOf(file, Chunks.DEFAULT_SIZE_BYTES, done -> {});
    }
    naming = CompletableFuture.completedFuture(manifest);
    source = Endpoint.open(EndpointSettings.of("source"));
    address =
        source.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            peer ->
                peer.serve(name ->
                    Optional.of(Export.of(new Counted(RawFile.open(image))).withManifest(naming))));
  }

  @AfterEach
  void stop() {
    log.removeHandler(listener);
    hosts.values().forEach(Host::close);
    source.close();
  }

  private void assertAllLand(List<Host> landing) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<LandedImage>> landings = new ArrayList<>();
      landing.forEach(host -> landings.add(threads.submit(host::land)));
      for (Future<LandedImage> one : landings) {
        assertThat(one.get().manifest().imageId()).isEqualTo(manifest.imageId());
        assertThat(Files.mismatch(image, one.get().path())).isEqualTo(-1);
      }
    }
  }

  @Test
  void fourHostsTakeLittleMoreThanOneImageFromItsSource() throws Exception {
    assertAllLand(List.of(new Host("a"), new Host("b"), new Host("c"), new Host("d")));
    assertThat(sent.get()).isLessThan(2L * DATA_BYTES);
  }

  @Test
  void whoHasTheImageGivesItToWhoComesLater() throws Exception {
    assertAllLand(List.of(new Host("early")));
    long first = sent.get();
    assertAllLand(List.of(new Host("late")));
    assertThat(sent.get() - first).isLessThan(DATA_BYTES / 4);
  }

  @Test
  void liarIsNamedAndNotAskedAgainAndAllLandsTheSame() throws Exception {
    Host liar = new Host("liar");
    liar.offers = new PieceOffers(id -> new Lies(SIZE_BYTES));
    BitSet all = new BitSet();
    all.set(0, Pieces.count(SIZE_BYTES));
    liar.join(manifest.imageId(), liar.offers.landed(manifest.imageId()), new BitSet(), all);

    assertAllLand(List.of(new Host("honest")));

    List<String> named = warnings.stream().filter(line -> line.contains(liar.at)).toList();
    assertThat(named).isNotEmpty().allMatch(line -> line.contains("sent wrong bytes for chunk"));
    assertThat(named.size()).isLessThanOrEqualTo(4); // what was under way when it was caught
  }

  /// Nobody waits for names: each host begins somewhere, alone, and what came so is given too.
  @Test
  void hostsThatBeginBeforeTheImageIsNamedJoinWhenItIs() throws Exception {
    naming = new CompletableFuture<>();
    enough = 3 << 20;
    source.limitSending(8 << 20);
    assertAllLand(List.of(new Host("a"), new Host("b")));
    assertThat(sent.get()).isLessThan(2 * DATA_BYTES - (6 << 20));
  }

  @Test
  void imageThatIsNamedAtTheEndOnlyLandsFromItsSource() throws Exception {
    naming = new CompletableFuture<>();
    enough = DATA_BYTES;
    assertAllLand(List.of(new Host("a")));
  }

  @Test
  void slowHostIsNamedAndNotAskedAgain() throws Exception {
    stall = new StallRule(1 << 20, Duration.ofMillis(500));
    Host slow = new Host("slow");
    slow.offers = new PieceOffers(id -> RawFile.open(image));
    slow.endpoint.limitSending(100_000);
    BitSet all = new BitSet();
    all.set(0, Pieces.count(SIZE_BYTES));
    slow.join(manifest.imageId(), slow.offers.landed(manifest.imageId()), new BitSet(), all);

    assertAllLand(List.of(new Host("fast")));

    List<String> named = warnings.stream().filter(line -> line.contains(slow.at)).toList();
    assertThat(named).isNotEmpty().allMatch(line -> line.contains("stalls"));
    assertThat(named.size()).isLessThanOrEqualTo(4); // what was under way when it was found out
  }

  @Test
  void hostThatDiesIsDoneWithout() throws Exception {
    Host dead = new Host("dead");
    BitSet all = new BitSet();
    all.set(0, Pieces.count(SIZE_BYTES));
    dead.join(manifest.imageId(), dead.offers.landed(manifest.imageId()), new BitSet(), all);
    dead.close();

    assertAllLand(List.of(new Host("alive")));
  }

  @Test
  void ticketIsGoodForOneImageOneHostAndItsTime() throws Exception {
    Host host = new Host("host");
    ImageId id = manifest.imageId();
    byte[] key = host.offers.landed(id);
    Files.copy(image, host.landed());
    PeerIdentity ann = new PeerIdentity(PeerIdentity.Proof.HOST_CERTIFICATE, "ann");
    PeerIdentity bob = new PeerIdentity(PeerIdentity.Proof.HOST_CERTIFICATE, "bob");
    java.time.Instant now = java.time.Instant.now();
    String good = Ticket.issue(key, id, "host ann", now).exportName();

    host.offers.find(ann, good).orElseThrow().close();
    assertThatThrownBy(() -> host.offers.find(bob, good)).hasMessageContaining("no good ticket");
    String old = Ticket.issue(key, id, "host ann", now.minusSeconds(7200)).exportName();
    assertThatThrownBy(() -> host.offers.find(ann, old)).hasMessageContaining("no good ticket");
    String longer = good.replaceFirst("/(\\d+)/", "/9$1/");
    assertThatThrownBy(() -> host.offers.find(ann, longer)).hasMessageContaining("no good ticket");
    String forged = Ticket.issue(new byte[32], id, "host ann", now).exportName();
    assertThatThrownBy(() -> host.offers.find(ann, forged)).hasMessageContaining("no good ticket");
    assertThat(host.offers.find(ann, "swarm/x/y/z")).isEmpty();
  }

  /// The image, counting what is read of its data.
  private final class Counted implements BlockDevice {
    private final RawFile file;

    Counted(RawFile file) {
      this.file = file;
    }

    @Override
    public long sizeBytes() {
      return file.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      if ((offset >> 20) % 2 == 0 && sent.addAndGet(target.remaining()) >= enough) {
        naming.complete(manifest);
      }
      file.read(offset, target);
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) throws IOException {
      return file.extents(offset, length, limit);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// Has everything, and none of it right.
  private record Lies(long sizeBytes) implements BlockDevice {
    @Override
    public void read(long offset, ByteBuffer target) {
      while (target.hasRemaining()) {
        target.put((byte) 0x5A);
      }
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      return List.of(new Extent(offset, length, Extent.Kind.DATA));
    }

    @Override
    public void close() {}
  }
}
