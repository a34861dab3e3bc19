package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Arrival;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.LazyLanding;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Tracked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The bases of a claim that its machine reads while they land: served to it over NBD, watched
/// until they are here, then taken away from there.
///
/// Threads: as each method says; what is told comes on threads of its own.
final class ClaimArrivals {
  private static final System.Logger LOG = System.getLogger(ClaimArrivals.class.getName());

  private final String job;
  private final ClaimDisks disks;
  private final HypervisorDriver driver;
  private final boolean lazyHost;
  private final Listener listener;
  private final List<BlockDevice> served = new ArrayList<>(); // guarded by the claim
  private final Map<String, String> profiles = new ConcurrentHashMap<>();
  private final LazyFills fills;
  private final Map<String, Tracked> begun = new ConcurrentHashMap<>();
  private volatile BaseExports exports; // null while nothing is served

  /// Who is told what becomes of a disk's base.
  ///
  /// @param landed it is here: the machine can be moved to its file
  /// @param differed the machine may have read what is not in the image
  /// @param filling how far it is
  record Listener(Consumer<String> landed, Consumer<String> differed, LazyFills.Listener filling) {}

  /// @param lazyHost whether jobs that do not say run before their disks have landed
  ClaimArrivals(
      String job,
      ClaimDisks disks,
      HypervisorDriver driver,
      boolean lazyHost,
      LazyFills fills,
      Listener listener) {
    this.job = job;
    this.disks = disks;
    this.driver = driver;
    this.lazyHost = lazyHost;
    this.fills = fills;
    this.listener = listener;
  }

  /// Lands a disk, or lets it begin to; under the claim's lock.
  Reply.LandedPart land(
      Peer peer, Request.Prepare order, Request.DiskOrder disk, TransferListener progress)
      throws IOException {
    if (disk.inPlace().isPresent()) {
      return disks.useInPlace(peer, disk);
    }
    boolean lazily = order.landing().map(Request.Prepare.LAZY::equals).orElse(lazyHost);
    if (lazily && !driver.runsOnExports()) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0}: {1} lands in full, since {2} runs no machine before its disks have landed",
          job,
          disk.device(),
          driver.name());
    } else if (lazily) {
      Optional<Reply.LandedPart> begun = disks.arrive(peer, disk);
      if (begun.isPresent()) {
        return begun.get();
      }
    }
    return disks.land(peer, disk, progress);
  }

  /// That transfer is how a disk's landing began, which goes on.
  void begun(String device, Tracked transfer) {
    begun.put(device, transfer);
  }

  /// Serves the bases that have not landed; under the claim's lock.
  ///
  /// @return where, if there are any
  Optional<Path> serve() throws IOException {
    if (disks.bases().values().stream().allMatch(ClaimBase::landed)) {
      return Optional.empty();
    }
    exports = BaseExports.open();
    serveAll();
    return Optional.of(exports.directory());
  }

  /// Serves again what an agent before this one did, all of it: a machine that runs may not have
  /// been told yet that a base has landed. Under the claim's lock.
  void serveAgain(Path directory) throws IOException {
    exports = BaseExports.reopen(directory);
    serveAll();
  }

  private void serveAll() throws IOException {
    for (Map.Entry<String, ClaimBase> base : disks.bases().entrySet()) {
      BlockDevice content = base.getValue().open();
      served.add(content);
      exports.add(base.getKey(), content);
      watch(base.getKey(), base.getValue());
    }
  }

  private void watch(String device, ClaimBase base) {
    if (base.arriving().isEmpty()) {
      return;
    }
    fills.follow(
        job,
        device,
        base.arriving().get(),
        Optional.ofNullable(begun.remove(device)),
        this::serving,
        listener.filling());
    var _ =
        base.arriving()
            .get()
            .landed()
            .whenComplete((done, failure) -> {
              if (failure == null) {
                Thread.ofVirtual()
                    .name("landed " + device)
                    .start(() -> listener.landed().accept(device));
              }
            });
    var _ =
        base.arriving()
            .get()
            .differed()
            .thenRun(() ->
                Thread.ofVirtual()
                    .name("differed " + device)
                    .start(() -> listener.differed().accept(device)));
  }

  /// Tells of bases that had landed before an agent was killed, which may not have told its
  /// machine.
  void tellAgain() {
    disks
        .bases()
        .forEach((device, base) -> {
          if (base.arriving().isEmpty()) {
            Thread.ofVirtual()
                .name("landed before " + device)
                .start(() -> listener.landed().accept(device));
          }
        });
  }

  /// Moves the machine, if one runs, from NBD to the landed file; under the claim's lock.
  ///
  /// @return how the base came, if it came behind the machine
  Optional<Arrival> moveOff(Request.DiskOrder disk, Optional<Vm> running) throws IOException {
    if (running.isPresent()) {
      running.get().baseLanded(disks.drive(disk));
    }
    note(disk.device());
    if (disks.bases().values().stream().allMatch(ClaimBase::landed)) {
      end();
    }
    Optional<Arrival> arrival = arrival(disk.device());
    LOG.log(
        System.Logger.Level.INFO,
        "{0}: {1} has landed behind its guest: {2}",
        job,
        disk.device(),
        arrival);
    return arrival;
  }

  boolean serving() {
    return exports != null;
  }

  /// A drive as the hypervisor is told of it now.
  VmDrive drive(Request.DiskOrder disk) {
    VmDrive drive = disks.drive(disk);
    return disks.bases().get(disk.device()).landed() || exports == null
        ? drive
        : drive.withExport(exports.socket());
  }

  /// How an image came, for whoever asks; none if it was here before.
  private Optional<Arrival> arrival(String device) {
    return disks
        .bases()
        .get(device)
        .arriving()
        .map(image -> {
          LazyLanding landing = image.landing();
          return new Arrival(
              image.manifest().imageId().toString(),
              landing.demandedBytes(),
              landing.aheadBytes(),
              landing.pulledBytes() - landing.demandedBytes() - landing.aheadBytes());
        });
  }

  /// What was read first of the bases that were read while they landed, by device.
  Map<String, byte[]> profiles() {
    disks.bases().forEach((device, base) -> note(device));
    Map<String, byte[]> texts = new java.util.HashMap<>();
    profiles.forEach((device, text) -> texts.put(device, text.getBytes(StandardCharsets.US_ASCII)));
    return texts;
  }

  /// The machine is off that base, and reads nothing of it here any more.
  private void note(String device) {
    ClaimBase base = disks.bases().get(device);
    if (base != null && base.arriving().isPresent()) {
      profiles.put(device, base.arriving().get().landing().profile().toText());
    }
  }

  /// No machine reads here any more.
  void end() throws IOException {
    BaseExports ending = exports;
    exports = null;
    if (ending != null) {
      ending.delete();
      closeServed();
    }
  }

  /// Leaves everything to the next agent: machines wait for it.
  void detach() throws IOException {
    BaseExports leaving = exports;
    if (leaving == null) {
      return;
    }
    leaving.drop();
    disks.unpinAll();
    leaving.close();
    closeServed();
    LOG.log(System.Logger.Level.DEBUG, "{0}: its bases wait for the next agent", job);
  }

  private void closeServed() throws IOException {
    for (BlockDevice device : served) {
      device.close();
    }
    served.clear();
  }
}
