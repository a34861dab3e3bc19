package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.control.VmgahpError;
import io.landfall.transfer.landing.BootProfile;
import io.landfall.transfer.session.Checksums;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.submit.VmDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/// The input images of one job: their content, their names, and where they are known by.
///
/// Threads: any.
final class InputImages implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(InputImages.class.getName());

  private final SubmitAgent agent;
  private final Job job;
  private final Map<String, CompletableFuture<Manifest>> manifests = new ConcurrentHashMap<>();

  InputImages(SubmitAgent agent, Job job) {
    this.agent = agent;
    this.job = job;
  }

  /// Sees that every image can be read, in the format that was decided for it.
  void require() throws JobHeldException {
    JobFiles.require(job.vm());
    for (VmDisk disk : job.vm().disks()) {
      Path source = source(disk);
      if (!Files.isReadable(source)) {
        VmgahpError reason =
            switch (job.vm().type()) {
              case XEN -> VmgahpError.JOBCLASSAD_XEN_INVALID_DISK_PARAM;
              case KVM -> VmgahpError.JOBCLASSAD_KVM_INVALID_DISK_PARAM;
              case VMWARE -> VmgahpError.JOBCLASSAD_VMWARE_VMX_ERROR;
            };
        throw JobHeldException.of(reason, source + " cannot be read");
      }
      try (BlockDevice content = open(disk)) {
        LOG.log(System.Logger.Level.DEBUG, "{0}: {1} bytes", source, content.sizeBytes());
      } catch (IOException e) {
        throw JobHeldException.of(VmgahpError.BAD_IMAGE, e.getMessage());
      }
    }
  }

  /// The input images whose chunk names are known, by ImageId. Waits for nothing.
  Map<String, Manifest> known() {
    Map<String, Manifest> known = new HashMap<>();
    for (VmDisk disk : job.vm().disks()) {
      CompletableFuture<Manifest> manifest =
          known(disk)
              .orElseGet(() -> manifests.getOrDefault(disk.device(), new CompletableFuture<>()));
      if (manifest.isDone() && !manifest.isCompletedExceptionally()) {
        known.put(manifest.join().imageId().toString(), manifest.join());
      }
    }
    return known;
  }

  /// The size of the others.
  long unknownBytes() throws IOException {
    long bytes = 0;
    for (VmDisk disk : job.vm().disks()) {
      if (known(disk).isEmpty()) {
        bytes += Files.size(source(disk));
      }
    }
    return bytes;
  }

  /// The names of a disk's chunks, when they are known; hashes them if nobody has.
  CompletableFuture<Manifest> manifest(VmDisk disk) {
    return manifests.computeIfAbsent(
        disk.device(), device -> known(disk).orElseGet(() -> hash(disk)));
  }

  /// An image that was hashed once has its name at once: the execute host sees whether it has it
  /// already.
  private Optional<CompletableFuture<Manifest>> known(VmDisk disk) {
    try (BlockDevice content = open(disk)) {
      return agent
          .indexes()
          .find(source(disk), content.sizeBytes(), agent.store().chunkSizeBytes())
          .map(index -> CompletableFuture.completedFuture(index.manifest()));
    } catch (IOException e) {
      return Optional.empty(); // whoever hashes it says why
    }
  }

  private CompletableFuture<Manifest> hash(VmDisk disk) {
    try {
      Path source = source(disk);
      String image = source.toRealPath() + " " + format(disk) + " " + Export.stampOf(source);
      return agent.hashing().once(image, () -> hashNow(disk));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(new UncheckedIOException(e));
    }
  }

  private CompletableFuture<Manifest> hashNow(VmDisk disk) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (BlockDevice content = open(disk)) {
            return agent
                .indexes()
                .manifestOf(source(disk), content, agent.store().chunkSizeBytes(), done -> {});
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
  static ImageFormat format(VmDisk disk) {
    return disk.format().flatMap(ImageFormat::named).orElse(ImageFormat.RAW);
  }

  /// A disk as the guest sees it. Caller closes.
  static BlockDevice open(VmDisk disk) throws IOException {
    return format(disk).open(source(disk));
  }

  /// Lets an execute host pull the input images.
  void offerTo(ExportTable exports) {
    for (VmDisk disk : job.vm().disks()) {
      exports.offer(
          job.key().owner(),
          Names.inputDisk(job.name(), disk.device()),
          () ->
              Export.of(open(disk))
                  .withManifest(manifest(disk))
                  .withChecksums(checksums(disk))
                  .withStamp(Export.stampOf(source(disk))));
      exports.offer(
          job.key().owner(),
          Names.inputDisk(job.name(), Names.profile(disk.device())),
          () -> Export.of(profileDevice(disk)));
    }
  }

  /// The boot profile of a disk's image, if its id is known and one is kept.
  Optional<byte[]> profile(VmDisk disk) {
    CompletableFuture<Manifest> manifest = manifest(disk);
    try {
      return manifest.isDone() && !manifest.isCompletedExceptionally()
          ? agent.profiles().find(manifest.join().imageId())
          : Optional.empty();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, job.name() + ": no boot profile", e);
      return Optional.empty();
    }
  }

  /// Keeps a boot profile of a disk's image.
  void keepProfile(VmDisk disk, BootProfile profile) {
    CompletableFuture<Manifest> manifest = manifest(disk);
    try {
      agent.profiles().keep(await(manifest).imageId(), profile);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, job.name() + ": boot profile is not kept", e);
    }
  }

  private BlockDevice profileDevice(VmDisk disk) throws IOException {
    return ClaimState.device(
        profile(disk).orElseThrow(() -> new IOException("no boot profile of " + disk.device())));
  }

  /// What is kept of a raw image that was hashed once: then the kernel can send it.
  private Checksums checksums(VmDisk disk) throws IOException {
    if (format(disk) != ImageFormat.RAW) {
      return Checksums.NONE;
    }
    return agent
        .indexes()
        .find(source(disk), Files.size(source(disk)), agent.store().chunkSizeBytes())
        .map(Checksums::of)
        .orElse(Checksums.NONE);
  }

  /// Waits for what a worker makes, and throws what it threw.
  static <T> T await(CompletableFuture<T> future) throws IOException {
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

  @Override
  public void close() {
    manifests.values().forEach(manifest -> manifest.cancel(false));
  }
}
