package io.landfall.transfer.condor.gahp;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Changes;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.VmDrive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// One disk of a job while its machine lives: the image as it was transferred, a raw form of it for
/// the hypervisor to read, and an overlay that takes what the guest writes.
///
/// @param disk the image
/// @param base raw content; the image itself if it is raw
/// @param overlay absent for a disk that the guest cannot write
record GahpDrive(GahpDisk disk, Path base, Optional<Path> overlay) {

  /// Makes the raw form if one is needed.
  static GahpDrive prepare(GahpDisk disk, GahpFiles files, OverlayFormat format)
      throws IOException {
    Path base = disk.file();
    if (disk.format() != ImageFormat.RAW) {
      base = files.work().resolve(disk.device() + ".raw");
      try (BlockDevice content = disk.format().open(disk.file())) {
        ImageFormat.RAW.write(content, base, done -> {});
      }
    }
    Optional<Path> overlay =
        disk.writable() ? Optional.of(files.overlay(disk.device(), format)) : Optional.empty();
    return new GahpDrive(disk, base, overlay);
  }

  VmDrive forVm() {
    return new VmDrive(disk.device(), base, overlay, disk.cdrom());
  }

  /// Puts what the guest wrote into the image. An image that nothing was written to is not touched,
  /// so that HTCondor does not send it back.
  void merge(OverlayFormat format) throws IOException {
    if (overlay.isEmpty() || Files.notExists(overlay.get())) {
      return;
    }
    try (BlockDevice changes = format.openLayer(overlay.get())) {
      if (disk.format() == ImageFormat.RAW) {
        try (RawFile image = RawFile.openWritable(base)) {
          if (Changes.apply(changes, image)) {
            image.flush();
          }
        }
      } else if (isChanged(changes)) {
        try (BlockDevice whole =
            LayeredDevice.over(format.openLayer(overlay.get()), RawFile.open(base))) {
          disk.format().write(whole, disk.file(), done -> {});
        }
      }
    }
    Files.delete(overlay.get());
  }

  private static boolean isChanged(BlockDevice changes) throws IOException {
    var first = changes.extents(0, changes.sizeBytes(), 1).getFirst();
    return first.kind() != io.landfall.snapshot.device.Extent.Kind.HOLE
        || first.length() < changes.sizeBytes();
  }
}
