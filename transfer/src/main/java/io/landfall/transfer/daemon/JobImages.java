package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.LandedImage;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.submit.NetworkingType;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/// The content of one job on the submit host: its input images, its checkpoints, and where its
/// results go.
///
/// Everything an execute host changed comes as a disk over a base, the base named by ImageId. Here
/// the base is either an input image or a disk of a checkpoint of this job; which of them is
/// decided by that id and by nothing else.
final class JobImages implements AutoCloseable {
  private static final String MEMORY = "memory";
  private static final String DEVICE_STATE = "device-state";

  private final SubmitAgent agent;
  private final Job job;
  private final Map<String, CompletableFuture<Manifest>> manifests = new ConcurrentHashMap<>();
  private CompletableFuture<Void> baseStored = CompletableFuture.completedFuture(null);

  /// What a driver and an agent need to continue from a checkpoint, beside its content.
  record VmDescription(Request.VmShape shape, String machine) {}

  JobImages(SubmitAgent agent, Job job) {
    this.agent = agent;
    this.job = job;
  }

  // ---- input images

  /// Stores the disks of a job that wants checkpoints, so that every checkpoint after it needs only
  /// what changed, and stands on its own even if the input image is gone. Runs beside the landing.
  void storeBaseInBackground() {
    if (job.vm().checkpoint() && store().ofJob(job.key()).isEmpty()) {
      baseStored = CompletableFuture.runAsync(this::storeBase, agent.workers());
    }
  }

  private void storeBase() {
    Instant began = Instant.now();
    try (CheckpointWriter writer =
        store().begin(draft(Optional.empty(), "submit", description("")))) {
      for (VmDisk disk : job.vm().disks()) {
        Manifest claimed = await(manifest(disk));
        try (BlockDevice content = openInput(disk)) {
          writer.addDevice(
              CheckpointWriter.Kind.DISK,
              disk.device(),
              content,
              Baseline.none(),
              Optional.of(claimed),
              done -> {});
        }
      }
      CheckpointRecord record = writer.commit();
      agent
          .book()
          .happened(
              job.name(),
              new JobEvent.BaseStored(
                  Instant.now(),
                  record.id().text(),
                  stored(record, Duration.between(began, Instant.now()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits for the base. One that failed, say because the disk was full, is tried anew by the next
  /// attempt.
  private void requireBase() throws IOException {
    try {
      await(baseStored);
    } catch (IOException e) {
      storeBaseInBackground();
      throw e;
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw new IOException(
          e.getCause() instanceof UncheckedIOException io
              ? io.getCause().getMessage()
              : String.valueOf(e.getCause()),
          e);
    }
  }

  /// ImageIds of the input images, as far as they are known without waiting.
  List<String> imageIds() {
    return manifests.values().stream()
        .filter(manifest -> manifest.isDone() && !manifest.isCompletedExceptionally())
        .map(manifest -> manifest.join().imageId().toString())
        .toList();
  }

  private CompletableFuture<Manifest> manifest(VmDisk disk) {
    return manifests.computeIfAbsent(
        disk.device(), device -> known(disk).orElseGet(() -> hash(disk)));
  }

  /// An image that was hashed once has its name at once: the execute host sees whether it has it
  /// already.
  private Optional<CompletableFuture<Manifest>> known(VmDisk disk) {
    try (BlockDevice content = openInput(disk)) {
      return agent
          .indexes()
          .find(source(disk), content.sizeBytes(), store().chunkSizeBytes())
          .map(index -> CompletableFuture.completedFuture(index.manifest()));
    } catch (IOException e) {
      return Optional.empty(); // whoever hashes it says why
    }
  }

  private CompletableFuture<Manifest> hash(VmDisk disk) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (BlockDevice content = openInput(disk)) {
            return agent
                .indexes()
                .manifestOf(source(disk), content, store().chunkSizeBytes(), done -> {});
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        agent.workers());
  }

  static Path source(VmDisk disk) {
    return disk.source().orElseGet(() -> Path.of(disk.file()));
  }

  /// The format is the one that was decided when the job was submitted; nothing is guessed again.
  private static ImageFormat format(VmDisk disk) {
    return disk.format().flatMap(ImageFormat::named).orElse(ImageFormat.RAW);
  }

  private static BlockDevice openInput(VmDisk disk) throws IOException {
    return format(disk).open(source(disk));
  }

  // ---- landing

  /// Lets an execute host pull the input images and the checkpoints of this job.
  void offerTo(ExportTable exports) {
    for (VmDisk disk : job.vm().disks()) {
      exports.offer(
          Names.inputDisk(job.name(), disk.device()),
          () ->
              Export.of(openInput(disk))
                  .withManifest(manifest(disk))
                  .withStamp(Export.stampOf(source(disk))));
    }
    for (CheckpointRecord record : store().ofJob(job.key())) {
      offer(exports, record);
    }
  }

  /// Takes back what [#offerTo] let a host pull.
  void withdrawFrom(ExportTable exports) {
    exports.withdraw(Names.inputDisk(job.name(), ""));
    for (CheckpointRecord record : store().ofJob(job.key())) {
      exports.withdraw(Names.checkpointPart(record.id().text(), ""));
    }
  }

  private void offer(ExportTable exports, CheckpointRecord record) {
    for (var device : record.devices()) {
      exports.offer(
          Names.checkpointPart(record.id().text(), device.name()),
          () -> {
            CheckpointDevice content = store().openDevice(record.id(), device.name());
            return Export.of(content)
                .withManifest(CompletableFuture.completedFuture(content.manifest()));
          });
    }
    for (var blob : record.blobs()) {
      exports.offer(
          Names.checkpointPart(record.id().text(), blob.name()),
          () -> Export.of(memoryDevice(store().blob(record.id(), blob.name()))));
    }
  }

  private static BlockDevice memoryDevice(byte[] bytes) throws IOException {
    MemoryDevice device = new MemoryDevice(bytes.length);
    device.write(0, ByteBuffer.wrap(bytes));
    return device;
  }

  /// The newest checkpoint with a memory state.
  Optional<CheckpointRecord> restorable() {
    return store().ofJob(job.key()).reversed().stream()
        .filter(record -> record.blobs().stream().anyMatch(b -> b.name().equals(DEVICE_STATE)))
        .findFirst();
  }

  Request.Prepare prepareRequest(Optional<CheckpointRecord> from) throws IOException {
    List<Request.DiskOrder> disks = new ArrayList<>();
    for (VmDisk disk : job.vm().disks()) {
      String export =
          from.map(record -> Names.checkpointPart(record.id().text(), disk.device()))
              .orElseGet(() -> Names.inputDisk(job.name(), disk.device()));
      disks.add(new Request.DiskOrder(disk.device(), export, disk.writable(), disk.cdrom()));
    }
    Optional<Request.RestoreOrder> restore = Optional.empty();
    if (from.isPresent()) {
      VmDescription description = ControlJson.read(from.get().vmDescription(), VmDescription.class);
      String id = from.get().id().text();
      restore =
          Optional.of(
              new Request.RestoreOrder(
                  Names.checkpointPart(id, MEMORY),
                  Names.checkpointPart(id, DEVICE_STATE),
                  description.machine()));
    }
    return new Request.Prepare(job.name(), shape(), disks, restore);
  }

  private Request.VmShape shape() {
    VmJob vm = job.vm();
    Optional<String> networking =
        vm.networking()
            ? Optional.of(
                vm.networkingType().map(NetworkingType::word).orElse(Request.VmShape.ANY_NETWORK))
            : Optional.empty();
    return new Request.VmShape(vm.memoryMiB(), vm.vcpus(), vm.macAddress(), networking, vm.vnc());
  }

  // ---- checkpoints

  /// Pulls what the saved machine changed, and commits disk and memory together.
  CheckpointRecord storeCheckpoint(ExecuteHosts.Host host, Reply.Saved saved) throws IOException {
    requireBase();
    List<CheckpointRecord> lineage = store().ofJob(job.key());
    CheckpointRecord parent = lineage.getLast();
    CheckpointDraft draft =
        draft(Optional.of(parent), host.address(), description(saved.machine()));
    try (CheckpointWriter writer = store().begin(draft)) {
      for (VmDisk disk : job.vm().disks()) {
        addDisk(writer, host.peer(), disk, saved);
      }
      addMemory(writer, host.peer(), saved.memoryExport(), parent);
      try (RemoteImage state = RemoteImage.open(host.peer(), saved.deviceStateExport())) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(state.sizeBytes()));
        state.read(0, bytes);
        writer.addBlob(DEVICE_STATE, bytes.array());
      }
      return writer.commit();
    }
  }

  private void addDisk(CheckpointWriter writer, Peer peer, VmDisk disk, Reply.Saved saved)
      throws IOException {
    Optional<Reply.ChangedDisk> changed =
        saved.disks().stream().filter(c -> c.device().equals(disk.device())).findFirst();
    if (changed.isEmpty()) {
      // Read-only for the guest: the same as ever.
      CheckpointRecord newest = store().ofJob(job.key()).getLast();
      try (CheckpointDevice same = store().openDevice(newest.id(), disk.device())) {
        writer.addDevice(
            CheckpointWriter.Kind.DISK,
            disk.device(),
            same,
            new Baseline(same.manifest(), List.of()),
            Optional.empty(),
            done -> {});
      }
      return;
    }
    try (RemoteImage remote = RemoteImage.open(peer, changed.get().export());
        CheckpointDevice base = storedBase(disk.device(), changed.get().baseImageId())) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          disk.device(),
          remote,
          new Baseline(base.manifest(), ChangedDevice.changes(remote)),
          remote.manifest(),
          done -> {});
    }
  }

  private void addMemory(CheckpointWriter writer, Peer peer, String export, CheckpointRecord parent)
      throws IOException {
    try (RemoteImage remote = RemoteImage.open(peer, export)) {
      Baseline baseline = Baseline.none();
      if (parent.devices().stream().anyMatch(device -> device.name().equals(MEMORY))) {
        try (CheckpointDevice before = store().openDevice(parent.id(), MEMORY)) {
          baseline = new Baseline(before.manifest(), List.of(new Range(0, remote.sizeBytes())));
        }
      }
      writer.addDevice(
          CheckpointWriter.Kind.MEMORY, MEMORY, remote, baseline, remote.manifest(), done -> {});
    }
  }

  /// The disk of one of this job's checkpoints with that ImageId.
  private CheckpointDevice storedBase(String device, String imageId) throws IOException {
    for (CheckpointRecord record : store().ofJob(job.key()).reversed()) {
      CheckpointDevice candidate = store().openDevice(record.id(), device);
      if (candidate.manifest().imageId().toString().equals(imageId)) {
        return candidate;
      }
      candidate.close();
    }
    throw new IOException(
        job.name()
            + ": no checkpoint has "
            + device
            + " as image "
            + imageId
            + ", on which the changed disk is based");
  }

  JobEvent.StoredFigures stored(CheckpointRecord record, Duration took) {
    return new JobEvent.StoredFigures(
        record.summary().imageBytes(),
        record.summary().readBytes(),
        record.summary().storedBytes(),
        took.toMillis());
  }

  private CheckpointDraft draft(
      Optional<CheckpointRecord> parent, String host, String description) {
    return new CheckpointDraft(job.key(), parent.map(CheckpointRecord::id), host, description);
  }

  private String description(String machine) {
    return ControlJson.write(new VmDescription(shape(), machine));
  }

  // ---- results

  /// Brings the changed disks back into `initialdir`, each complete or absent.
  List<JobEvent.Returned> bringBack(Peer peer, List<Reply.ChangedDisk> disks) throws IOException {
    List<JobEvent.Returned> returned = new ArrayList<>();
    for (Reply.ChangedDisk changed : disks) {
      VmDisk disk =
          job.vm().disks().stream()
              .filter(d -> d.device().equals(changed.device()))
              .findFirst()
              .orElseThrow();
      Path target = job.vm().initialDir().resolve(source(disk).getFileName());
      if (job.vm().noOutput() || !changed.changed()) {
        returned.add(
            new JobEvent.Returned(
                Instant.now(), disk.device(), target.toString(), Optional.empty()));
        continue;
      }
      LandedImage landed = bringBack(peer, disk, changed, target);
      returned.add(
          new JobEvent.Returned(
              Instant.now(),
              disk.device(),
              target.toString(),
              Optional.of(Claim.figures(landed.record()))));
    }
    return returned;
  }

  private LandedImage bringBack(Peer peer, VmDisk disk, Reply.ChangedDisk changed, Path target)
      throws IOException {
    boolean raw = format(disk) == ImageFormat.RAW;
    Path landing = raw ? target : target.resolveSibling("." + target.getFileName() + ".raw");
    LandedImage landed;
    try (RemoteImage remote = RemoteImage.open(peer, changed.export());
        BlockDevice base = base(disk, changed.baseImageId())) {
      landed =
          Landing.land(
              remote, landing, LandingOptions.DEFAULT.withBase(base).replacing(), progress -> {});
    }
    if (!raw) {
      try (RawFile content = RawFile.open(landing)) {
        Qcow2Writer.write(content, target, done -> {});
      }
      Files.delete(landing);
    }
    return landed;
  }

  private BlockDevice base(VmDisk disk, String imageId) throws IOException {
    return await(manifest(disk)).imageId().toString().equals(imageId)
        ? openInput(disk)
        : storedBase(disk.device(), imageId);
  }

  private CheckpointStore store() {
    return agent.store();
  }

  @Override
  public void close() {
    manifests.values().forEach(manifest -> manifest.cancel(false));
  }
}
