package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.landing.BootProfile;
import io.landfall.transfer.landing.LandedImage;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Tracked;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.submit.NetworkingType;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import io.landfall.transfer.submit.VmType;
import io.landfall.transfer.submit.XenKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The content of one job on the submit host, as the execute hosts see it: what they land, and what
/// comes back from them.
///
/// Everything an execute host changed comes as a disk over a base, the base named by ImageId. Here
/// the base is either an input image or a disk of a checkpoint of this job; which of them is
/// decided by that id and by nothing else.
final class JobImages implements AutoCloseable {
  /// The job's own attribute: `landing`.
  private static final String LANDING = "LandfallLanding";

  private final Job job;
  private final InputImages inputs;
  private final JobCheckpoints checkpoints;
  private final SubmitAgent agent;

  JobImages(SubmitAgent agent, Job job) {
    this.job = job;
    this.agent = agent;
    this.inputs = new InputImages(agent, job);
    this.checkpoints = new JobCheckpoints(agent, job, inputs);
  }

  JobCheckpoints checkpoints() {
    return checkpoints;
  }

  /// What landing the job would take, as far as that is known without reading an image.
  LandingEstimate landingEstimate() throws IOException {
    Map<String, Manifest> relatives = new HashMap<>(inputs.known());
    List<Manifest> needed = new ArrayList<>(relatives.values());
    Optional<CheckpointRecord> from = checkpoints.restorable();
    if (from.isPresent()) {
      relatives.putAll(checkpoints.diskManifests());
      needed = checkpoints.manifests(from.get());
    }
    return new LandingEstimate(needed, from.isPresent() ? 0 : inputs.unknownBytes(), relatives);
  }

  /// Sees that every input image can be read, as it could when the job was submitted.
  ///
  /// @throws JobHeldException if one cannot, and the job has no checkpoint to go on from
  void requireInputs() throws JobHeldException {
    if (checkpoints.restorable().isEmpty()) {
      inputs.require();
    }
  }

  /// Lets an execute host pull the input images and the checkpoints of this job.
  void offerTo(ExportTable exports) {
    inputs.offerTo(exports);
    JobFiles.export(job.vm(), job.name())
        .ifPresent(export ->
            exports.offer(
                job.key().owner(), export, () -> Export.of(FilePack.pack(JobFiles.of(job.vm())))));
    checkpoints.offerTo(exports);
  }

  /// Takes back what [#offerTo] let a host pull.
  void withdrawFrom(ExportTable exports) {
    exports.withdraw(Names.inputDisk(job.name(), ""));
    checkpoints.withdrawFrom(exports);
  }

  /// What to land, and what to continue from.
  Request.Prepare prepareRequest(Optional<CheckpointRecord> from) throws IOException {
    List<Request.DiskOrder> disks = new ArrayList<>();
    for (VmDisk disk : job.vm().disks()) {
      String export =
          from.map(record -> Names.checkpointPart(record.id().text(), disk.device()))
              .orElseGet(() -> Names.inputDisk(job.name(), disk.device()));
      Optional<String> profile =
          from.isEmpty() && inputs.profile(disk).isPresent()
              ? Optional.of(Names.inputDisk(job.name(), Names.profile(disk.device())))
              : Optional.empty();
      disks.add(
          new Request.DiskOrder(
              disk.device(), export, disk.writable(), disk.cdrom(), profile, inPlace(disk)));
    }
    Optional<Request.RestoreOrder> restore = Optional.empty();
    if (from.isPresent()) {
      restore = Optional.of(JobCheckpoints.restoreOrder(from.get()));
    }
    return new Request.Prepare(
        job.name(),
        shape(job.vm()),
        disks,
        JobFiles.export(job.vm(), job.name()),
        restore,
        landing());
  }

  /// On a shared file system VMware uses the disks where they are.
  private Optional<Request.InPlace> inPlace(VmDisk disk) {
    return job.vm().vmware().filter(image -> !image.transfer()).isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Request.InPlace(
                InputImages.source(disk).toString(),
                Names.inputDisk(job.name(), disk.device()),
                agent.settings().machine().fileSystemDomain()));
  }

  private Optional<String> landing() {
    return JobAds.of(job, agent.settings()).text(LANDING);
  }

  /// Keeps what the machine read first of each input image, for whoever lands that image next. A
  /// machine that went on from a checkpoint did not boot.
  void keepProfiles(Peer peer) {
    for (VmDisk disk : job.vm().disks()) {
      String export = Names.claimPart(job.name(), Names.profile(disk.device()));
      Optional<BootProfile> profile = BootProfiles.pull(peer, export);
      if (profile.isPresent()) {
        inputs.keepProfile(disk, profile.get());
      }
    }
  }

  /// The machine that a job asks for.
  static Request.VmShape shape(VmJob vm) {
    Optional<String> networking =
        vm.networking()
            ? Optional.of(
                vm.networkingType().map(NetworkingType::word).orElse(Request.VmShape.ANY_NETWORK))
            : Optional.empty();
    Optional<Request.VmwareShape> vmware =
        vm.vmware()
            .map(image ->
                new Request.VmwareShape(
                    image.vmx().orElseThrow(), image.snapshotDisk(), !image.transfer()));
    return new Request.VmShape(
        vm.memoryMiB(),
        vm.vcpus(),
        vm.macAddress(),
        networking,
        vm.vnc(),
        vmware,
        vm.xen().flatMap(JobImages::shape));
  }

  /// Empty for a hardware VM, which boots as any computer does.
  private static Optional<Request.XenShape> shape(XenKernel xen) {
    return xen.form() == XenKernel.Form.VMX
        ? Optional.empty()
        : Optional.of(
            new Request.XenShape(
                xen.kernel().map(_ -> JobFiles.KERNEL),
                xen.initrd().map(_ -> JobFiles.RAMDISK),
                xen.root(),
                xen.params().orElse("")));
  }

  /// Brings what has changed back into `initialdir`, each file complete or absent.
  List<JobEvent.Returned> bringBack(Peer peer, Reply.OutputDisks outputs) throws IOException {
    List<JobEvent.Returned> returned = new ArrayList<>();
    JobResults results = new JobResults(job.vm());
    VmwareResults vmware = new VmwareResults(job.vm());
    Map<String, Path> came = new HashMap<>();
    for (Reply.ChangedDisk changed : outputs.disks()) {
      VmDisk disk =
          job.vm().disks().stream()
              .filter(d -> d.device().equals(changed.device()))
              .findFirst()
              .orElseThrow();
      Path target = results.target(disk);
      if (!results.wants(disk) || !changed.changed()) {
        returned.add(
            new JobEvent.Returned(
                Instant.now(), disk.device(), target.toString(), Optional.empty()));
        continue;
      }
      LandedImage landed =
          agent
              .observer()
              .watch(
                  TransferLine.Kind.RETURN,
                  job.name(),
                  disk.device(),
                  peer.name(),
                  tracked -> bringBack(peer, disk, changed, target, vmware, tracked));
      returned.add(
          new JobEvent.Returned(
              Instant.now(),
              disk.device(),
              target.toString(),
              Optional.of(LandedParts.figures(landed.record()))));
      came.put(disk.device(), target);
    }
    if (!came.isEmpty() && job.vm().type() == VmType.VMWARE) {
      vmware.writeVmx(came);
    }
    returned.addAll(results.bringBackFiles(peer, outputs.filesExport()));
    return returned;
  }

  private LandedImage bringBack(
      Peer peer,
      VmDisk disk,
      Reply.ChangedDisk changed,
      Path target,
      VmwareResults vmware,
      Tracked tracked)
      throws IOException {
    ImageFormat format = InputImages.format(disk);
    boolean raw = format == ImageFormat.RAW;
    Path landing = raw ? target : target.resolveSibling("." + target.getFileName() + ".raw");
    LandedImage landed;
    try (RemoteImage remote = RemoteImage.open(peer, changed.export());
        BlockDevice base = base(disk, changed.baseImageId())) {
      landed =
          Landing.land(
              remote,
              landing,
              LandingOptions.DEFAULT.withBase(base).replacing(),
              LandedParts.listener(tracked));
    }
    if (!raw) {
      try (RawFile content = RawFile.open(landing)) {
        if (format == ImageFormat.VMDK) {
          vmware.writeDisk(disk, content, target);
        } else {
          Qcow2Writer.write(content, target, done -> {});
        }
      }
      Files.delete(landing);
    }
    tracked.done(LandedParts.figures(landed.record()));
    return landed;
  }

  private BlockDevice base(VmDisk disk, String imageId) throws IOException {
    return InputImages.await(inputs.manifest(disk)).imageId().toString().equals(imageId)
        ? InputImages.open(disk)
        : checkpoints.storedBase(disk.device(), imageId);
  }

  @Override
  public void close() {
    inputs.close();
  }
}
