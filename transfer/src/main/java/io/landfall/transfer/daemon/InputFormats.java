package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Decides at the door what format each input image has, and opens it once to see that it can be
/// read.
///
/// From then on the format is part of the job: a guest may write any header into its own disk, so
/// what is found in an image later means nothing.
final class InputFormats {
  /// Formats that `vm_disk` may name here.
  static final Set<String> WORDS = Set.of("raw", "qcow2");

  private InputFormats() {}

  /// The job with the format of each disk said; a format in the submit description file stands.
  ///
  /// @throws IOException if an image cannot be read as what it is said to be
  static VmJob decide(VmJob job) throws IOException {
    List<VmDisk> disks = new ArrayList<>();
    for (VmDisk disk : job.disks()) {
      disks.add(decide(disk));
    }
    return job.withDisks(disks);
  }

  private static VmDisk decide(VmDisk disk) throws IOException {
    Path source = JobImages.source(disk);
    ImageFormat format = disk.format().flatMap(ImageFormat::named).orElse(null);
    if (format == null) {
      format = ImageFormat.probe(source);
    }
    try (BlockDevice content = format.open(source)) {
      if (content.sizeBytes() == 0) {
        throw new IOException(source + ": the image is empty");
      }
    }
    return new VmDisk(
        disk.file(),
        disk.device(),
        disk.permission(),
        Optional.of(format.name().toLowerCase(Locale.ROOT)),
        disk.source());
  }
}
