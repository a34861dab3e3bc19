package io.landfall.transfer.daemon;

import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.lifecycle.vmware.VmwareDisk;
import io.landfall.transfer.lifecycle.vmware.VmxFile;
import io.landfall.transfer.submit.Permission;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import io.landfall.transfer.submit.VmwareImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads the `.vmx` of a VMware job at the door: from then on its text and its disks are part of
/// the job.
final class VmwareInputs {
  private VmwareInputs() {}

  /// The job with the disks that its `.vmx` names.
  ///
  /// @throws IOException naming what cannot be, and what would be right
  static VmJob read(VmJob job) throws IOException {
    VmwareImage image = job.vmware().orElseThrow();
    Path file = input(job, image.vmxFile()).orElseThrow();
    if (Files.size(file) > VmxFile.MAX_BYTES) {
      throw new IOException(
          "%s: %d bytes, expected at most %d".formatted(file, Files.size(file), VmxFile.MAX_BYTES));
    }
    String text = Files.readString(file);
    List<VmDisk> disks = new ArrayList<>();
    for (VmwareDisk disk : VmwareDisk.of(file.toString(), VmxFile.parse(file.toString(), text))) {
      disks.add(find(job, image, file, disk));
    }
    return job.withVmware(image.withVmx(text)).withDisks(disks);
  }

  private static VmDisk find(VmJob job, VmwareImage image, Path vmx, VmwareDisk disk)
      throws IOException {
    Path source = image.transfer() ? transferred(job, vmx, disk) : shared(image, vmx, disk);
    ImageFormat format = disk.cdrom() ? ImageFormat.RAW : ImageFormat.VMDK;
    return new VmDisk(
        image.transfer() ? source.getFileName().toString() : source.toString(),
        disk.device(),
        disk.cdrom() ? Permission.READ : Permission.READ_WRITE,
        Optional.of(format.name().toLowerCase(Locale.ROOT)),
        Optional.of(source));
  }

  private static Path transferred(VmJob job, Path vmx, VmwareDisk disk) throws IOException {
    return input(job, disk.file())
        .orElseThrow(() ->
            new IOException(
                "%s: names disk '%s', which is not transferred; put it beside the .vmx and name it"
                        .formatted(vmx, disk.file())
                    + " without a path"));
  }

  /// On a shared file system a disk lies in `vmware_dir`, or where its full path says.
  private static Path shared(VmwareImage image, Path vmx, VmwareDisk disk) throws IOException {
    Path named = Path.of(disk.file());
    Path source =
        named.isAbsolute() ? named : image.directory().orElse(vmx.getParent()).resolve(named);
    if (!Files.isReadable(source)) {
      throw new IOException("%s: names disk '%s', which cannot be read".formatted(vmx, source));
    }
    return source.normalize();
  }

  private static Optional<Path> input(VmJob job, String name) {
    return job.inputFiles().stream()
        .filter(path -> path.getFileName().toString().equals(name))
        .findFirst();
  }
}
