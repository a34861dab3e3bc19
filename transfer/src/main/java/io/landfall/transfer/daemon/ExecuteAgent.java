package io.landfall.transfer.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.CacheLimits;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Observer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The execute role: lands images, runs machines, and offers what they left until the submit host
/// has it.
///
/// A submit host that goes away changes nothing here: its machines run on, what they left waits,
/// and whoever attaches to the job again takes over.
final class ExecuteAgent implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ExecuteAgent.class.getName());

  /// Hashing of what machines left runs beside everything else and must not take the host over.
  private static final int HASHING_THREADS = 2;

  private volatile AgentSettings settings;
  private final HypervisorDriver driver;
  private final ImageCache cache;
  private final SwarmMember swarm;
  private final Observer observer;
  private final LazyFills fills;
  private final Path claimsDirectory;
  private final Map<String, Claim> claims = new ConcurrentHashMap<>();
  private final Map<Peer, ExportTable> exports = new ConcurrentHashMap<>();
  private final ExecutorService hashing =
      Executors.newFixedThreadPool(
          HASHING_THREADS, Thread.ofPlatform().name("claim-", 0).daemon(true).factory());

  private ExecuteAgent(
      AgentSettings settings,
      HypervisorDriver driver,
      ImageCache cache,
      Endpoint endpoint,
      Observer observer) {
    this.observer = observer;
    this.fills = new LazyFills(observer);
    this.settings = settings;
    this.driver = driver;
    this.cache = cache;
    this.swarm = new SwarmMember(endpoint, settings.transfers().swarm(), cache);
    this.claimsDirectory = settings.execute().resolve("claims");
  }

  static ExecuteAgent open(
      AgentSettings settings, HypervisorDriver driver, Endpoint endpoint, Observer observer)
      throws IOException {
    Files.createDirectories(settings.execute());
    ExecuteAgent agent =
        new ExecuteAgent(
            settings,
            driver,
            ImageCache.open(settings.execute().resolve("cache"), limits(settings)),
            endpoint,
            observer);
    agent.recover();
    return agent;
  }

  /// Other limits: for what is claimed and landed from now on.
  void reconfigure(AgentSettings fresh) {
    settings = fresh;
    cache.limit(limits(fresh));
  }

  private static CacheLimits limits(AgentSettings settings) {
    return new CacheLimits(settings.transfers().cacheBytes(), settings.transfers().reserveBytes());
  }

  /// What an agent before this one left: machines that still run, and what others of them left.
  private void recover() throws IOException {
    Files.createDirectories(claimsDirectory);
    try (var directories = Files.list(claimsDirectory)) {
      for (Path directory : directories.toList()) {
        recover(directory);
      }
    }
  }

  private void recover(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(ClaimFile.NAME))) {
      driver.reap(directory);
      Trees.delete(directory);
      return;
    }
    ClaimFile file = ClaimFile.load(directory);
    Claim claim = claim(file.job(), directory, file, Optional.empty());
    if (claim.recover()) {
      claims.put(file.job(), claim);
      LOG.log(
          System.Logger.Level.INFO,
          "{0}: {1} since before, waiting for its submit host",
          file.job(),
          claim.phase());
    }
  }

  private Claim claim(String job, Path directory, ClaimFile file, Optional<Request.VmShape> asked) {
    return new Claim(
        job, directory, file, asked, driver, settings, cache, swarm, hashing, observer, fills);
  }

  AgentSettings settings() {
    return settings;
  }

  SwarmMember swarm() {
    return swarm;
  }

  /// What a peer may pull: what its claims offer.
  ExportTable exportsFor(Peer peer) {
    return exports.computeIfAbsent(
        peer,
        p -> {
          var _ = p.closed().whenComplete((closed, failure) -> exports.remove(p));
          return new ExportTable();
        });
  }

  Reply.HostAd describe() throws IOException {
    List<Request.VmShape> claimed = claims.values().stream().map(Claim::machine).toList();
    int memoryMiB =
        settings.vmMemoryMiB() - claimed.stream().mapToInt(Request.VmShape::memoryMiB).sum();
    int slots = settings.vmMaxNumber() - claimed.size();
    return new Reply.HostAd(
        settings.name(),
        driver.name(),
        settings.vmTypes(),
        memoryMiB,
        slots,
        cache.images().stream().map(ImageId::toString).toList(),
        List.copyOf(claims.keySet()),
        MachineAds.of(settings, memoryMiB, slots, claimed));
  }

  Reply.ClaimStatus attach(Peer peer, String job) throws IOException {
    Claim claim = claims.get(job);
    if (claim != null) {
      requireHolder(peer, claim);
    }
    return claim == null
        ? new Reply.ClaimStatus(Reply.ClaimStatus.Phase.NONE, Optional.empty())
        : claim.attach(peer, exportsFor(peer));
  }

  /// A claim belongs to who made it: nobody else is told of it, may pull what it left, or end it.
  private static void requireHolder(Peer peer, Claim claim) throws IOException {
    String holder = claim.holder();
    if (!holder.equals(peer.identity().owner())) {
      throw new ProtocolException(
          ErrorCode.NOT_AUTHORISED, claim.job() + " is held here for another: " + holder);
    }
  }

  /// Keeps room for a job, if there is any: matching saw how things were, this is how they are.
  synchronized Reply.Done admit(Peer peer, Request.Claim order) throws IOException {
    if (claims.containsKey(order.job())) {
      requireHolder(peer, claims.get(order.job()));
      return new Reply.Done();
    }
    Reply.HostAd free = describe();
    if (free.slots() < 1) {
      throw new IOException(
          settings.name()
              + " runs VM_MAX_NUMBER = "
              + settings.vmMaxNumber()
              + " machines already");
    }
    if (free.memoryMiB() < order.vm().memoryMiB()) {
      throw new IOException(
          settings.name()
              + " has "
              + free.memoryMiB()
              + " MiB of VM_MEMORY left, the job asks for "
              + order.vm().memoryMiB());
    }
    Path directory = claimsDirectory.resolve(Names.directory(order.job()));
    Files.createDirectories(directory);
    DurableFiles.replace(directory.resolve(Claim.HOLDER), peer.identity().owner().getBytes(UTF_8));
    ClaimFile file = ClaimFile.fresh(directory, order.job());
    claims.put(order.job(), claim(order.job(), directory, file, Optional.of(order.vm())));
    return new Reply.Done();
  }

  Reply.Prepared prepare(Peer peer, Request.Prepare order) throws IOException {
    admit(peer, new Request.Claim(order.job(), order.vm()));
    Claim claim = claimed(peer, order.job());
    claim.attach(peer, exportsFor(peer));
    return claim.prepare(order);
  }

  Claim claimed(Peer peer, String job) throws IOException {
    Claim claim = claims.get(job);
    if (claim == null) {
      throw new IOException(settings.name() + " has no claim for " + job);
    }
    requireHolder(peer, claim);
    return claim;
  }

  /// Forgets a job; asking twice is harmless.
  void release(Peer peer, String job) throws IOException {
    Claim claim = claims.get(job);
    if (claim != null) {
      requireHolder(peer, claim);
      claim.release();
      claims.remove(job);
    }
  }

  ImageCache cache() {
    return cache;
  }

  List<Claim> claims() {
    return List.copyOf(claims.values());
  }

  /// Ends all machines at once; what was saved or has ended stays.
  void stopMachines() {
    for (Claim claim : claims()) {
      try {
        claim.kill();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, claim.job() + ": cannot stop its machine", e);
      }
    }
  }

  /// Leaves everything as it is for the next agent.
  @Override
  public void close() throws IOException {
    hashing.shutdownNow();
    for (Claim claim : claims()) {
      claim.detach();
    }
    cache.close();
  }
}
