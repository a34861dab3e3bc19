package io.landfall.transfer.daemon;

import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import io.landfall.transfer.submit.VmType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where what a job changed goes, and whether it does: `initialdir`, `transfer_output_files`,
/// `transfer_output_remaps`, `vm_no_output_vm`.
///
/// @param job whose results they are
record JobResults(VmJob job) {

  /// Where a disk goes.
  Path target(VmDisk disk) {
    Path own =
        job.type() == VmType.VMWARE
            ? new VmwareResults(job).target(disk)
            : job.initialDir().resolve(InputImages.source(disk).getFileName());
    return remapped(own.getFileName().toString());
  }

  private Path remapped(String name) {
    return job.initialDir().resolve(job.outputRemaps().getOrDefault(name, name));
  }

  /// No file that an execute host sends takes the place of a disk.
  private boolean isDisk(Path path) {
    return job.disks().stream()
        .anyMatch(disk ->
            path.equals(InputImages.source(disk).toAbsolutePath()) || path.equals(target(disk)));
  }

  /// Sees that everything goes into `initialdir`, of which it is known that the user may write it.
  ///
  /// @throws IOException naming the remap that does not
  void requireInside() throws IOException {
    for (var remap : job.outputRemaps().entrySet()) {
      String name = remap.getValue();
      if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
        throw new IOException(
            "transfer_output_remaps sends '%s' to '%s'; results go into initialdir, so write a name without a path"
                .formatted(remap.getKey(), name));
      }
    }
  }

  /// Whether a disk goes back, if it has changed.
  boolean wants(VmDisk disk) {
    Path own =
        job.type() == VmType.VMWARE
            ? new VmwareResults(job).target(disk)
            : InputImages.source(disk);
    return wants(own.getFileName().toString())
        || wants(InputImages.source(disk).getFileName().toString());
  }

  private boolean wants(String name) {
    return !job.noOutput() && job.outputFiles().map(files -> files.contains(name)).orElse(true);
  }

  /// Brings back the other files that have changed, each complete or absent.
  List<JobEvent.Returned> bringBackFiles(Peer peer, Optional<String> export) throws IOException {
    List<JobEvent.Returned> returned = new ArrayList<>();
    if (export.isEmpty() || job.noOutput()) {
      return returned;
    }
    Set<String> kernels = Set.of(JobFiles.KERNEL, JobFiles.RAMDISK);
    try (RemoteImage pack = RemoteImage.open(peer, export.get())) {
      FilePack.unpack(
          pack,
          name ->
              wants(name)
                      && !(job.xen().isPresent() && kernels.contains(name))
                      && !isDisk(remapped(name))
                  ? Optional.of(remapped(name))
                  : Optional.empty(),
          (entry, target) ->
              returned.add(
                  new JobEvent.Returned(
                      Instant.now(),
                      entry.name(),
                      target.toString(),
                      Optional.of(
                          new Figures(entry.size(), 0, 0, 0, 0, entry.size(), entry.size(), 0)))));
    }
    return returned;
  }
}
