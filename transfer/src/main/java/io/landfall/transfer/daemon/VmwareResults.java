package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.snapshot.format.vmdk.VmdkParent;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.vmware.VmxFile;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import io.landfall.transfer.submit.VmwareImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What a VMware job leaves in `initialdir`.
///
/// With a snapshot disk: `NAME-000001.vmdk`, a delta whose `parentFileNameHint` points back to the
/// disk in `vmware_dir`, which is as it was. Without: the whole disk under its own name. Beside
/// them a `.vmx` that names them, so that the result can be opened as it lies.
///
/// @param job whose results they are
record VmwareResults(VmJob job) {
  private static final String DELTA = "-000001";

  private VmwareImage image() {
    return job.vmware().orElseThrow();
  }

  /// Where a changed disk goes.
  Path target(VmDisk disk) {
    String name = InputImages.source(disk).getFileName().toString();
    return job.initialDir().resolve(image().snapshotDisk() ? numbered(name) : name);
  }

  private static String numbered(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name + DELTA : name.substring(0, dot) + DELTA + name.substring(dot);
  }

  /// Writes a disk as it has become.
  void writeDisk(VmDisk disk, BlockDevice content, Path target) throws IOException {
    if (!image().snapshotDisk()) {
      VmdkWriter.writeMonolithicSparse(content, target, done -> {});
      return;
    }
    Path base = InputImages.source(disk);
    try (VmdkImage parent = VmdkImage.openLayer(base)) {
      VmdkWriter.writeDelta(
          content,
          parent,
          new VmdkParent(parent.cid(), nameFrom(job.initialDir(), base)),
          target,
          done -> {});
    }
  }

  /// Writes the `.vmx` of the results.
  ///
  /// @param came where each changed disk is, by device
  void writeVmx(Map<String, Path> came) throws IOException {
    Map<String, String> names = new HashMap<>();
    for (VmDisk disk : job.disks()) {
      Path file = came.getOrDefault(disk.device(), InputImages.source(disk));
      names.put(disk.device(), nameFrom(job.initialDir(), file));
    }
    VmxFile vmx = VmxFile.parse(image().vmxFile(), image().vmx().orElseThrow()).withDisks(names);
    DurableFiles.replace(
        job.initialDir().resolve(numbered(image().vmxFile())),
        vmx.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String nameFrom(Path directory, Path file) {
    return file.getParent().equals(directory)
        ? file.getFileName().toString()
        : file.toAbsolutePath().toString();
  }
}
