package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.IngestSummary;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.submit.VmDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/// The checkpoints of one job in the store of the submit host.
///
/// Everything an execute host changed comes as a disk over a base, the base named by ImageId. Which
/// of this job's checkpoints that is, is decided by that id and by nothing else.
final class JobCheckpoints {
  private static final String MEMORY = "memory";
  private static final String DEVICE_STATE = "device-state";

  /// Comparing images costs time and 32 bytes a chunk; more checkpoints back, the gain is small.
  private static final int RELATIVES = 3;

  private final SubmitAgent agent;
  private final Job job;
  private final InputImages inputs;
  private CompletableFuture<Void> baseStored = CompletableFuture.completedFuture(null);

  /// What a driver and an agent need to continue from a checkpoint, beside its content.
  record VmDescription(Request.VmShape shape, String machine) {}

  JobCheckpoints(SubmitAgent agent, Job job, InputImages inputs) {
    this.agent = agent;
    this.job = job;
    this.inputs = inputs;
  }

  /// Stores the disks of a job that wants checkpoints, so that every checkpoint after it needs only
  /// what changed, and stands on its own even if the input image is gone. Runs beside the landing.
  void storeBaseInBackground() {
    if (job.vm().checkpoint() && store().ofJob(job.key()).isEmpty()) {
      baseStored = CompletableFuture.runAsync(this::storeBase, agent.storers());
    }
  }

  private void storeBase() {
    Instant began = Instant.now();
    try (CheckpointWriter writer =
        store().begin(draft(Optional.empty(), "submit", description("")))) {
      for (VmDisk disk : job.vm().disks()) {
        Manifest claimed = InputImages.await(inputs.manifest(disk));
        try (BlockDevice content = InputImages.open(disk)) {
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
      InputImages.await(baseStored);
    } catch (IOException e) {
      storeBaseInBackground();
      throw e;
    }
  }

  /// Lets an execute host pull the checkpoints.
  void offerTo(ExportTable exports) {
    for (CheckpointRecord record : store().ofJob(job.key())) {
      offer(exports, record);
    }
  }

  void withdrawFrom(ExportTable exports) {
    for (CheckpointRecord record : store().ofJob(job.key())) {
      exports.withdraw(Names.checkpointPart(record.id().text(), ""));
    }
  }

  private void offer(ExportTable exports, CheckpointRecord record) {
    for (var device : record.devices()) {
      exports.offer(
          job.key().owner(),
          Names.checkpointPart(record.id().text(), device.name()),
          () -> {
            CheckpointDevice content = store().openDevice(record.id(), device.name());
            return Export.of(content)
                .withManifest(CompletableFuture.completedFuture(content.manifest()));
          });
    }
    for (var blob : record.blobs()) {
      exports.offer(
          job.key().owner(),
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

  /// The chunk names of everything in a checkpoint.
  List<Manifest> manifests(CheckpointRecord record) throws IOException {
    List<Manifest> manifests = new ArrayList<>();
    for (var device : record.devices()) {
      manifests.add(store().manifest(device));
    }
    return manifests;
  }

  /// Disks of the job's first and of its newest checkpoints, by ImageId: what an execute host that
  /// ran the job before is likely to hold.
  Map<String, Manifest> diskManifests() throws IOException {
    List<CheckpointRecord> lineage = store().ofJob(job.key());
    Map<String, Manifest> disks = new HashMap<>();
    for (int i = 0; i < lineage.size(); i++) {
      if (i == 0 || i >= lineage.size() - RELATIVES) {
        for (Manifest manifest : manifests(lineage.get(i))) {
          disks.put(manifest.imageId().toString(), manifest);
        }
      }
    }
    return disks;
  }

  /// What an execute host needs to continue from a checkpoint.
  static Request.RestoreOrder restoreOrder(CheckpointRecord from) throws IOException {
    VmDescription description = ControlJson.read(from.vmDescription(), VmDescription.class);
    String id = from.id().text();
    return new Request.RestoreOrder(
        Names.checkpointPart(id, MEMORY),
        Names.checkpointPart(id, DEVICE_STATE),
        description.machine(),
        from.blobs().stream()
            .filter(blob -> blob.name().equals(ClaimFiles.PART))
            .findFirst()
            .map(_ -> Names.checkpointPart(id, ClaimFiles.PART)));
  }

  /// Pulls what the saved machine changed, and commits disk and memory together.
  ///
  /// @param goesOn whether the machine runs on meanwhile: then nobody waits for it, and else the
  ///   host's slot and the job do
  CheckpointRecord store(ExecuteHosts.Host host, Reply.Saved saved, boolean goesOn)
      throws IOException {
    Priority priority = goesOn ? Priority.BACKGROUND : Priority.LANDING;
    requireBase();
    List<CheckpointRecord> lineage = store().ofJob(job.key());
    CheckpointRecord parent = lineage.getLast();
    CheckpointDraft draft =
        draft(Optional.of(parent), host.address(), description(saved.machine()));
    try (CheckpointWriter writer = store().begin(draft)) {
      for (VmDisk disk : job.vm().disks()) {
        addDisk(writer, host.peer(), disk, saved, priority);
      }
      addMemory(writer, host.peer(), saved.memoryExport(), parent, priority);
      try (RemoteImage state = RemoteImage.open(host.peer(), saved.deviceStateExport())) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(state.sizeBytes()));
        state.read(0, bytes);
        writer.addBlob(DEVICE_STATE, bytes.array());
      }
      if (saved.filesExport().isPresent()) {
        writer.addBlob(ClaimFiles.PART, files(host.peer(), saved.filesExport().get()));
      }
      return writer.commit();
    }
  }

  private byte[] files(Peer peer, String export) throws IOException {
    try (RemoteImage pack = RemoteImage.open(peer, export)) {
      if (pack.sizeBytes() > CheckpointWriter.MAX_BLOB_BYTES) {
        throw new IOException(
            "%s: %d bytes of changed files besides the disks, a checkpoint takes at most %d"
                .formatted(job.name(), pack.sizeBytes(), CheckpointWriter.MAX_BLOB_BYTES));
      }
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(pack.sizeBytes()));
      pack.read(0, bytes);
      return bytes.array();
    }
  }

  private void addDisk(
      CheckpointWriter writer, Peer peer, VmDisk disk, Reply.Saved saved, Priority priority)
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
      remote.rankReads(priority);
      Baseline baseline = new Baseline(base.manifest(), ChangedDevice.changes(remote));
      observed(
          peer,
          disk.device(),
          remote.sizeBytes(),
          progress ->
              writer.addDevice(
                  CheckpointWriter.Kind.DISK,
                  disk.device(),
                  remote,
                  baseline,
                  remote.manifest(),
                  progress));
    }
  }

  private void addMemory(
      CheckpointWriter writer, Peer peer, String export, CheckpointRecord parent, Priority priority)
      throws IOException {
    try (RemoteImage remote = RemoteImage.open(peer, export)) {
      remote.rankReads(priority);
      Baseline baseline = Baseline.none();
      if (parent.devices().stream().anyMatch(device -> device.name().equals(MEMORY))) {
        try (CheckpointDevice before = store().openDevice(parent.id(), MEMORY)) {
          baseline = new Baseline(before.manifest(), List.of(new Range(0, remote.sizeBytes())));
        }
      }
      Baseline since = baseline;
      observed(
          peer,
          MEMORY,
          remote.sizeBytes(),
          progress ->
              writer.addDevice(
                  CheckpointWriter.Kind.MEMORY,
                  MEMORY,
                  remote,
                  since,
                  remote.manifest(),
                  progress));
    }
  }

  private interface Storing {
    IngestSummary run(LongConsumer progress) throws IOException;
  }

  private void observed(Peer peer, String part, long sizeBytes, Storing storing)
      throws IOException {
    IngestSummary _ =
        agent
            .observer()
            .watch(
                TransferLine.Kind.CHECKPOINT,
                job.name(),
                part,
                peer.name(),
                tracked -> {
                  Instant began = Instant.now();
                  IngestSummary summary =
                      storing.run(done -> tracked.progress("STORE", done, sizeBytes));
                  tracked.done(
                      LandedParts.figures(summary, Duration.between(began, Instant.now())));
                  return summary;
                });
  }

  /// The disk of one of this job's checkpoints with that ImageId.
  CheckpointDevice storedBase(String device, String imageId) throws IOException {
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

  static JobEvent.StoredFigures stored(CheckpointRecord record, Duration took) {
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
    return ControlJson.write(new VmDescription(JobImages.shape(job.vm()), machine));
  }

  private CheckpointStore store() {
    return agent.store();
  }
}
