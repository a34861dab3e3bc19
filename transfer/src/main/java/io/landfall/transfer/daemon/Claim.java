package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Reply.ClaimStatus.Phase;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.landing.TransferRecord;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// One job on this execute host: its landed images, its overlays and its machine, in a directory of
/// its own.
///
/// Every change of phase is written down before it is acted on ([ClaimFile]), so that what a saved
/// or ended job left here outlives the agent until the submit host releases it.
///
/// Threads: requests of one job come one at a time (`synchronized`); the machine's end arrives on a
/// thread of the driver.
final class Claim {
  private static final System.Logger LOG = System.getLogger(Claim.class.getName());
  private static final String MEMORY = "memory";
  private static final String DEVICE_STATE = "device-state";

  /// Restarts of a guest that reboots; a guest that gets here more often is caught in a loop.
  private static final int MAX_REBOOTS = 100;

  private final String job;
  private final Path directory;
  private final ClaimFile file;
  private final HypervisorDriver driver;
  private final Optional<String> bridge;
  private final ImageCache cache;
  private final Executor hashing;

  private final Map<String, ImageCache.Pinned> bases = new LinkedHashMap<>(); // guarded by this
  private Peer peer; // guarded by this; who is told, and who may pull
  private ExportTable exports; // guarded by this
  private Vm vm; // guarded by this; absent unless RUNNING
  private int reboots; // guarded by this

  Claim(
      String job,
      Path directory,
      ClaimFile file,
      HypervisorDriver driver,
      Optional<String> bridge,
      ImageCache cache,
      Executor hashing) {
    this.job = job;
    this.directory = directory;
    this.file = file;
    this.driver = driver;
    this.bridge = bridge;
    this.cache = cache;
    this.hashing = hashing;
  }

  String job() {
    return job;
  }

  Phase phase() {
    return file.phase();
  }

  int memoryMiB() {
    return file.order().map(order -> order.vm().memoryMiB()).orElse(0);
  }

  /// Makes `newPeer` the one that is told, and that may pull what there is to pull.
  synchronized Reply.ClaimStatus attach(Peer newPeer, ExportTable newExports) throws IOException {
    peer = newPeer;
    exports = newExports;
    if (phase() == Phase.SAVED || phase() == Phase.ENDED) {
      offerDisks();
    }
    if (phase() == Phase.SAVED) {
      offerSavedState();
    }
    return new Reply.ClaimStatus(phase(), file.ended());
  }

  /// Lands what the job needs and makes an empty overlay for each writable disk.
  synchronized Reply.Prepared prepare(Request.Prepare order) throws IOException {
    require("prepare", Phase.NONE, Phase.LANDING, Phase.PREPARED);
    if (order.vm().networking().equals(Optional.of(Request.VmShape.BRIDGE)) && bridge.isEmpty()) {
      throw new IOException(
          "this host has no bridge for jobs with vm_networking_type = bridge; set VM_NETWORKING_BRIDGE_INTERFACE");
    }
    Files.createDirectories(directory);
    file.landing(order);
    List<Reply.LandedPart> landed = new ArrayList<>();
    for (Request.DiskOrder disk : order.disks()) {
      landed.add(landDisk(disk));
    }
    Optional<Reply.LandedPart> memory = Optional.empty();
    if (order.restore().isPresent()) {
      memory = Optional.of(landSavedState(order.restore().get()));
    }
    file.prepared(imageIds());
    return new Reply.Prepared(landed, memory);
  }

  private Reply.LandedPart landDisk(Request.DiskOrder disk) throws IOException {
    unpin(disk.device());
    try (RemoteImage remote = RemoteImage.open(peer, disk.export())) {
      ImageCache.Pinned base = cache.land(remote, listener(disk.device()));
      bases.put(disk.device(), base);
      if (disk.writable()) {
        createOverlay(disk.device(), base);
      }
      return part(disk.device(), base.manifest(), base.record());
    }
  }

  private void createOverlay(String device, ImageCache.Pinned base) throws IOException {
    Path overlay = overlay(device);
    deleteRecursively(overlay);
    switch (driver.overlayFormat()) {
      case QCOW2 -> Qcow2Overlay.create(overlay, base.manifest().sizeBytes());
      case LANDFALL -> {
        try (RawFile content = RawFile.open(base.path())) {
          OverlayFile.create(overlay, base.manifest().sizeBytes(), content).close();
        }
      }
    }
  }

  private Reply.LandedPart landSavedState(Request.RestoreOrder restore) throws IOException {
    try (RemoteImage state = RemoteImage.open(peer, restore.deviceStateExport())) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(state.sizeBytes()));
      state.read(0, bytes);
      Files.write(directory.resolve(DEVICE_STATE), bytes.array());
    }
    Path memory = directory.resolve(MEMORY);
    Files.deleteIfExists(memory);
    try (RemoteImage remote = RemoteImage.open(peer, restore.memoryExport())) {
      var landed = Landing.land(remote, memory, LandingOptions.DEFAULT, listener(MEMORY));
      return part(MEMORY, landed.manifest(), landed.record());
    }
  }

  /// Starts or restores the machine; the guest runs when this returns.
  synchronized Reply.Started start() throws IOException {
    require("start", Phase.PREPARED);
    long began = System.nanoTime();
    Request.Prepare order = file.order().orElseThrow();
    file.running();
    try {
      if (order.restore().isPresent()) {
        SavedState state =
            new SavedState(
                directory.resolve(MEMORY),
                Files.readAllBytes(directory.resolve(DEVICE_STATE)),
                order.restore().get().machine());
        run(driver.restore(spec(order), state));
      } else {
        run(driver.start(spec(order)));
      }
    } catch (IOException e) {
      file.prepared(imageIds());
      throw e;
    }
    return new Reply.Started(Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  private void run(Vm started) throws IOException {
    vm = started;
    var _ = started.end().thenAcceptAsync(reason -> ended(started, reason), hashing);
    started.resume();
  }

  private VmSpec spec(Request.Prepare order) {
    List<VmDrive> drives = new ArrayList<>();
    for (Request.DiskOrder disk : order.disks()) {
      Path base = bases.get(disk.device()).path();
      Optional<Path> overlay =
          disk.writable() ? Optional.of(overlay(disk.device())) : Optional.empty();
      drives.add(new VmDrive(disk.device(), base, overlay, disk.cdrom()));
    }
    Request.VmShape shape = order.vm();
    VmSpec spec = VmSpec.of(job, directory, shape.memoryMiB(), shape.vcpus(), drives);
    if (shape.networking().isPresent()) {
      spec = spec.withNetwork(network(shape));
    }
    return shape.vnc() ? spec.withVnc() : spec;
  }

  /// `nat`, or whatever the host has, is the hypervisor's own network, which needs no privilege.
  private VmNetwork network(Request.VmShape shape) {
    boolean wantsBridge = shape.networking().equals(Optional.of(Request.VmShape.BRIDGE));
    return wantsBridge
        ? VmNetwork.bridge(bridge.orElseThrow(), shape.macAddress())
        : VmNetwork.user(shape.macAddress());
  }

  private synchronized void ended(Vm which, EndReason reason) {
    if (!which.equals(vm) || phase() != Phase.RUNNING) {
      return; // saved, killed or released meanwhile
    }
    vm = null;
    try {
      which.close();
      if (reason == EndReason.REBOOTED && reboots++ < MAX_REBOOTS) {
        run(driver.start(spec(file.order().orElseThrow())));
        return;
      }
      file.ended(reason.name());
      if (peer != null) {
        offerDisks();
        Calls.tell(peer, new Notice.Ended(job, reason.name(), "by itself"));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, job + ": cannot settle the machine's end", e);
    }
  }

  /// Stops the guest; disk and memory as of that moment can be pulled when this returns.
  synchronized Reply.Saved save() throws IOException {
    if (phase() == Phase.RUNNING) {
      long began = System.nanoTime();
      SavedState state = vm.save();
      DurableFiles.replace(directory.resolve(DEVICE_STATE), state.deviceState());
      long pause = Duration.ofNanos(System.nanoTime() - began).toMillis();
      file.saved(state.memory().getFileName().toString(), state.machine(), pause);
      Vm saved = vm;
      vm = null;
      saved.close();
      offerDisks();
      offerSavedState();
    }
    require("save", Phase.SAVED);
    return new Reply.Saved(
        file.pauseMillis(),
        file.machine(),
        changedDisks(),
        Names.claimPart(job, MEMORY),
        Names.claimPart(job, DEVICE_STATE));
  }

  synchronized Reply.OutputDisks outputs() throws IOException {
    require("ask for the outputs of", Phase.ENDED);
    return new Reply.OutputDisks(changedDisks());
  }

  synchronized void kill() throws IOException {
    if (vm != null) {
      Vm killed = vm;
      vm = null;
      killed.kill();
    }
  }

  /// Deletes everything of the job on this host. Cached images stay, unpinned.
  synchronized void release() throws IOException {
    kill();
    if (exports != null) {
      exports.withdraw(Names.claimPart(job, ""));
    }
    for (String device : List.copyOf(bases.keySet())) {
      unpin(device);
    }
    file.none();
    deleteRecursively(directory);
  }

  /// Takes up what an agent before this one left: a machine that still runs is taken charge of, a
  /// saved or ended job waits on for its submit host, anything else is over.
  ///
  /// @return whether there is something to keep
  synchronized boolean recover() throws IOException {
    boolean worthKeeping =
        switch (phase()) {
          case RUNNING, SAVED, ENDED -> pinBases();
          case NONE, LANDING, PREPARED -> false;
        };
    if (worthKeeping && phase() == Phase.RUNNING) {
      worthKeeping = adopt();
    }
    if (!worthKeeping) {
      driver.reap(directory);
      release();
    }
    return worthKeeping;
  }

  private boolean pinBases() throws IOException {
    for (Map.Entry<String, String> image : file.images().entrySet()) {
      ImageId id = ImageId.parse(image.getValue());
      if (!cache.holds(id)) {
        LOG.log(
            System.Logger.Level.ERROR,
            "{0}: its base image {1} is not in the cache any more; what it left here is useless",
            job,
            id);
        return false;
      }
      bases.put(image.getKey(), cache.pin(id));
    }
    return true;
  }

  private boolean adopt() throws IOException {
    Optional<Vm> running = driver.adopt(spec(file.order().orElseThrow()));
    if (running.isEmpty()) {
      return false;
    }
    vm = running.get();
    Vm adopted = vm;
    var _ = adopted.end().thenAcceptAsync(reason -> ended(adopted, reason), hashing);
    return true;
  }

  private void offerDisks() {
    for (Request.DiskOrder disk : writableDisks()) {
      ImageCache.Pinned base = bases.get(disk.device());
      CompletableFuture<Manifest> manifest =
          CompletableFuture.supplyAsync(() -> changedManifest(disk.device(), base), hashing);
      exports.offer(
          Names.claimPart(job, disk.device()),
          () ->
              Export.of(changedDevice(disk.device(), base))
                  .withBase(base.manifest().imageId())
                  .withManifest(manifest));
    }
  }

  private void offerSavedState() {
    Path memory = directory.resolve(file.memoryFile());
    CompletableFuture<Manifest> manifest =
        CompletableFuture.supplyAsync(
            () -> {
              try (RawFile content = RawFile.open(memory)) {
                return Chunking.manifestOf(content, chunkSize(), done -> {});
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            hashing);
    exports.offer(
        Names.claimPart(job, MEMORY), () -> Export.of(RawFile.open(memory)).withManifest(manifest));
    exports.offer(Names.claimPart(job, DEVICE_STATE), () -> Export.of(deviceState()));
  }

  private BlockDevice deviceState() throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(DEVICE_STATE));
    MemoryDevice device = new MemoryDevice(bytes.length);
    device.write(0, ByteBuffer.wrap(bytes));
    return device;
  }

  /// Only changed chunks are read: the others have the base's ids.
  private Manifest changedManifest(String device, ImageCache.Pinned base) {
    try (ChangedDevice changed = changedDevice(device, base)) {
      return Chunking.update(base.manifest(), changed, ChangedDevice.changes(changed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ChangedDevice changedDevice(String device, ImageCache.Pinned base) throws IOException {
    return new ChangedDevice(openLayer(device), RawFile.open(base.path()));
  }

  private BlockDevice openLayer(String device) throws IOException {
    return driver.overlayFormat() == OverlayFormat.QCOW2
        ? Qcow2Image.openLayer(overlay(device))
        : OverlayFile.openLayer(overlay(device));
  }

  private List<Reply.ChangedDisk> changedDisks() throws IOException {
    List<Reply.ChangedDisk> disks = new ArrayList<>();
    for (Request.DiskOrder disk : writableDisks()) {
      try (BlockDevice layer = openLayer(disk.device())) {
        disks.add(
            new Reply.ChangedDisk(
                disk.device(),
                Names.claimPart(job, disk.device()),
                bases.get(disk.device()).manifest().imageId().toString(),
                !ChangedDevice.changes(layer).isEmpty()));
      }
    }
    return disks;
  }

  private List<Request.DiskOrder> writableDisks() {
    return file.order().orElseThrow().disks().stream().filter(Request.DiskOrder::writable).toList();
  }

  private Map<String, String> imageIds() {
    Map<String, String> ids = new LinkedHashMap<>();
    bases.forEach((device, base) -> ids.put(device, base.manifest().imageId().toString()));
    return ids;
  }

  private int chunkSize() {
    return bases.values().iterator().next().manifest().chunkSizeBytes();
  }

  private TransferListener listener(String part) {
    Peer told = peer;
    return progress ->
        Calls.tell(
            told,
            new Notice.Landing(
                job, part, progress.phase().name(), progress.doneBytes(), progress.totalBytes()));
  }

  private static Reply.LandedPart part(String name, Manifest manifest, TransferRecord record) {
    return new Reply.LandedPart(name, manifest.imageId().toString(), figures(record));
  }

  static Figures figures(TransferRecord record) {
    return new Figures(
        record.imageBytes(),
        record.zeroBytes(),
        record.baseBytes(),
        record.seedBytes(),
        record.resumedBytes(),
        record.pulledBytes(),
        record.wireBytes(),
        record.map().plus(record.pull()).plus(record.seal()).plus(record.commit()).toMillis());
  }

  private Path overlay(String device) {
    return directory.resolve(
        driver.overlayFormat() == OverlayFormat.QCOW2 ? device + ".qcow2" : device + ".overlay");
  }

  private void unpin(String device) throws IOException {
    ImageCache.Pinned base = bases.remove(device);
    if (base != null) {
      base.close();
    }
  }

  private void require(String verb, Phase... allowed) throws IOException {
    for (Phase phase : allowed) {
      if (phase() == phase) {
        return;
      }
    }
    throw new IOException("cannot " + verb + " " + job + ": here it is " + phase());
  }

  static void deleteRecursively(Path root) throws IOException {
    if (Files.isDirectory(root)) {
      try (var children = Files.list(root)) {
        for (Path child : children.toList()) {
          deleteRecursively(child);
        }
      }
    }
    Files.deleteIfExists(root);
  }
}
