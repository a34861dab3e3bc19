package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.control.Arrival;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.LazyLanding;
import io.landfall.transfer.lifecycle.VmDrive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The bases of a claim that its machine reads while they land: served to it over NBD, watched
/// until they are here, then taken away from there.
///
/// Threads: as each method says; what is told comes on threads of its own.
final class ClaimArrivals {
  private static final System.Logger LOG = System.getLogger(ClaimArrivals.class.getName());

  private final String job;
  private final ClaimDisks disks;
  private final Listener listener;
  private final List<BlockDevice> served = new ArrayList<>(); // guarded by the claim
  private final Map<String, String> profiles = new ConcurrentHashMap<>();
  private volatile BaseExports exports; // null while nothing is served

  /// What becomes of the bases.
  interface Listener {
    /// One has landed: the machine can be moved to its file.
    void landed(String device);

    /// The machine may have read what is not in the image.
    void differed(String device);
  }

  ClaimArrivals(String job, ClaimDisks disks, Listener listener) {
    this.job = job;
    this.disks = disks;
    this.listener = listener;
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
    var _ =
        base.arriving()
            .get()
            .landed()
            .whenComplete((done, failure) -> {
              if (failure == null) {
                Thread.ofVirtual().name("landed " + device).start(() -> listener.landed(device));
              }
            });
    var _ =
        base.arriving()
            .get()
            .differed()
            .thenRun(() ->
                Thread.ofVirtual()
                    .name("differed " + device)
                    .start(() -> listener.differed(device)));
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
  Optional<Arrival> arrival(String device) {
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
  void note(String device) {
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
