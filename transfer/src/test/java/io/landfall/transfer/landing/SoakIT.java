package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.tree.TreeFilter;
import io.landfall.transfer.tree.TreeLanding;
import io.landfall.transfer.tree.TreeSource;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Landings, returns, directories, reads on demand and cut links at once, for `-Dsoak.minutes` (2;
/// 30 before a release): everything that arrives is right, and what the process holds when it rests
/// is at the end what it was after a fifth of the time. Netty's paranoid detector reports nothing.
class SoakIT {
  private static final double MINUTES = Double.parseDouble(System.getProperty("soak.minutes", "2"));
  private static final long SIZE = 64L << 20;
  private static final long DATA = 6L << 20;
  private static final int TREE_FILES = 60;
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private final Map<String, AtomicInteger> done = new ConcurrentHashMap<>();
  private final List<Throwable> failures = new ArrayList<>(); // guarded by itself
  private final AtomicInteger leaks = new AtomicInteger();
  private Wire wire;
  private RawFile former;
  private RawFile image;
  private MemoryDevice layer;
  private Manifest ofFormer;
  private TreeSource tree;

  /// One thing that is done again and again.
  private interface Load {
    void once(RandomGenerator random, Path target) throws IOException;
  }

  @Test
  void memoryAndDescriptorsStayWhatTheyWereUnderMixedLoad() throws Exception {
    Handler detector = leakCounter();
    Logger.getLogger("io.netty.util.ResourceLeakDetector").addHandler(detector);
    try (Wire opened = Wire.open()) {
      wire = opened;
      offer();
      long nanos = (long) (MINUTES * TimeUnit.MINUTES.toNanos(1));
      run(nanos / 5);
      Map<String, Long> before = held();
      run(nanos - nanos / 5);
      Map<String, Long> after = held();
      System.out.println("soak: " + done + "; at first " + before + "; at last " + after);

      assertThat(failures).isEmpty();
      assertThat(done).containsOnlyKeys("land", "seed", "return", "tree", "demand", "cut");
      assertThat(leaks.get()).as("leaks that Netty reports").isZero();
      assertAtMost(after, before, "descriptors", 4);
      assertAtMost(after, before, "threads", 8);
      assertAtMost(after, before, "heap", 16 * MIB);
      assertAtMost(after, before, "direct", 16 * MIB);
      assertAtMost(after, before, "network", 16 * MIB);
      assertAtMost(after, before, "resident", 128 * MIB);
      try (Stream<Path> left = Files.list(directory)) {
        assertThat(left.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder("former.raw", "image.raw", "tree");
      }
    } finally {
      Logger.getLogger("io.netty.util.ResourceLeakDetector").removeHandler(detector);
      tree.close();
      former.close();
      image.close();
    }
  }

  private static void assertAtMost(
      Map<String, Long> after, Map<String, Long> before, String what, long more) {
    assertThat(after.get(what))
        .as("%s at the end: %s; at first: %s", what, after, before)
        .isLessThanOrEqualTo(before.get(what) + more);
  }

  private Handler leakCounter() {
    return new Handler() {
      @Override
      public void publish(LogRecord entry) {
        leaks.addAndGet(entry.getMessage().contains("LEAK") ? 1 : 0);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private void offer() throws IOException {
    former = Images.sparse(directory.resolve("former.raw"), SIZE, DATA, 1);
    Files.copy(former.path(), directory.resolve("image.raw"));
    image = RawFile.openWritable(directory.resolve("image.raw"));
    for (int i = 0; i < 40; i++) {
      Images.fill(image, (i * 37L % 64) * MIB, 4096, Images.random(i));
    }
    layer = new MemoryDevice(SIZE);
    Images.fill(layer, 4 * MIB, 200_000, Images.random(5));
    ofFormer = Images.manifestOf(former);
    Manifest ofImage = Images.manifestOf(image);
    Manifest ofLayered = Images.manifestOf(LayeredDevice.over(layer, image));
    wire.serve("image", () -> named(RawFile.open(image.path()), ofImage));
    wire.serve("layer", () -> named(layer, ofLayered).withBase(ofImage.imageId()));
    Path source = Files.createDirectory(directory.resolve("tree"));
    for (int i = 0; i < TREE_FILES; i++) {
      Files.writeString(source.resolve("f" + i), ("file " + i + "\n").repeat(i * 50));
    }
    tree = TreeSource.open(source, new TreeFilter(List.of(), List.of()), Runnable::run);
    for (String part : List.of("listing", "pack", "digests")) {
      wire.serve(part, () -> tree.find(part).orElseThrow());
    }
  }

  private static Export named(io.landfall.snapshot.device.BlockDevice device, Manifest manifest) {
    return Export.of(device).withManifest(CompletableFuture.completedFuture(manifest));
  }

  /// All loads at once, each on its thread, until the time is over.
  private void run(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    List<Thread> threads = new ArrayList<>();
    Map<String, Load> loads =
        Map.of(
            "land", (random, target) -> land(target, LandingOptions.DEFAULT),
            "seed",
                (random, target) ->
                    land(
                        target,
                        LandingOptions.DEFAULT.withSeeds(List.of(new Seed(ofFormer, former)))),
            "return", this::bringBack,
            "tree", this::landTree,
            "demand", this::readOnDemand,
            "cut", this::cut);
    loads.forEach((name, load) ->
        threads.add(
            Thread.ofPlatform()
                .name("soak-" + name)
                .start(() -> repeat(name, load, directory.resolve(name + ".out"), end))));
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void repeat(String name, Load load, Path target, long end) {
    RandomGenerator random = Images.random(name.hashCode());
    try {
      do {
        load.once(random, target);
        done.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
      } while (System.nanoTime() < end && failures().isEmpty());
    } catch (IOException | RuntimeException | AssertionError e) {
      synchronized (failures) {
        failures.add(new AssertionError(name + ": " + e, e));
      }
    }
  }

  private List<Throwable> failures() {
    synchronized (failures) {
      return List.copyOf(failures);
    }
  }

  private void land(Path target, LandingOptions options) throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "image")) {
      Landing.land(remote, target, options, TransferListener.NONE);
    }
    requireSame(image, target);
  }

  private void bringBack(RandomGenerator random, Path target) throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "layer")) {
      LandingOptions options = LandingOptions.DEFAULT.withBase(image);
      Landing.land(remote, target, options, TransferListener.NONE);
    }
    requireSame(LayeredDevice.over(layer, image), target);
  }

  private static void requireSame(io.landfall.snapshot.device.BlockDevice expected, Path target)
      throws IOException {
    try (RawFile landed = RawFile.open(target)) {
      assertThat(Images.mismatch(expected, landed)).isEqualTo(-1);
    }
    Files.delete(target);
  }

  private void landTree(RandomGenerator random, Path target) throws IOException {
    TreeLanding.land(part -> RemoteImage.open(wire.peer(), part), target, TransferListener.NONE);
    for (int i = 0; i < TREE_FILES; i++) {
      Path file = target.resolve("f" + i);
      assertThat(Files.mismatch(file, directory.resolve("tree/f" + i))).isEqualTo(-1);
      Files.delete(file);
    }
    Files.delete(target);
  }

  private void readOnDemand(RandomGenerator random, Path target) throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "image")) {
      for (int i = 0; i < 20; i++) {
        ByteBuffer bytes = ByteBuffer.allocate(random.nextInt(1, 100_000));
        long at = random.nextLong(SIZE - bytes.capacity());
        remote.read(at, bytes);
        assertThat(bytes.flip()).isEqualTo(Images.read(image, at, bytes.capacity()));
      }
    }
  }

  /// A landing over a link of its own that is cut on the way, and goes on over another.
  private void cut(RandomGenerator random, Path target) throws IOException {
    Peer peer = wire.client().connect(wire.address());
    Thread cutter =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Thread.sleep(random.nextInt(1, 60));
              } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts it", e);
              }
              peer.close();
            });
    try (RemoteImage remote = RemoteImage.open(peer, "image")) {
      Landing.land(remote, target, LandingOptions.DEFAULT, TransferListener.NONE);
    } catch (IOException e) {
      assertThat(target).doesNotExist();
    } finally {
      Threads.join(cutter);
    }
    if (Files.exists(target)) {
      requireSame(image, target);
    } else {
      land(target, LandingOptions.DEFAULT);
    }
  }

  /// What the process holds when nothing is under way.
  private Map<String, Long> held() throws Exception {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(300); // what closes behind a link, and cleaners
    }
    Map<String, Long> held = new TreeMap<>();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    held.put("heap", heap.getUsed());
    held.put(
        "direct",
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum());
    held.put("network", wire.client().directMemoryBytes() + wire.server().directMemoryBytes());
    held.put("threads", (long) ManagementFactory.getThreadMXBean().getThreadCount());
    held.put(
        "descriptors",
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
            .getOpenFileDescriptorCount());
    held.put("resident", settledResidentBytes());
    return held;
  }

  /// What is resident beside the heap, when it has settled: the collector tells at once that the
  /// heap is smaller, and gives its pages back later, which took gigabytes off this figure.
  private static long settledResidentBytes() throws IOException, InterruptedException {
    long least = Long.MAX_VALUE;
    for (int steady = 0; steady < 4; steady++) {
      long now = residentBesideHeap();
      if (now < least - MIB) {
        steady = -1;
      }
      least = Math.min(least, now);
      Thread.sleep(500);
    }
    return least;
  }

  private static long residentBesideHeap() throws IOException {
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
                  .filter(line -> line.startsWith("VmRSS:"))
                  .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                  .sum()
              * 1024
          - heap;
    }
  }
}
