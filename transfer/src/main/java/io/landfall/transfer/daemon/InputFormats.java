package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.config.Problem;
import io.landfall.transfer.submit.Submission;
import io.landfall.transfer.submit.SubmitContext;
import io.landfall.transfer.submit.SubmitFile;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import io.landfall.transfer.submit.VmType;
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

  /// What a submit description file asks for, or what is wrong with it.
  ///
  /// @param jobs with the format of each disk decided; none if there is a problem
  /// @param problems one finished sentence each
  record Judged(List<VmJob> jobs, List<String> problems) {}

  /// Judges a submit description file and the images that it names. Makes nothing.
  static Judged judge(Path file, SubmitContext context) throws IOException {
    Submission submission = SubmitFile.parse(file, context);
    List<String> problems =
        new ArrayList<>(
            submission.problems().stream()
                .filter(Problem::isError)
                .map(Problem::toString)
                .toList());
    List<VmJob> jobs = new ArrayList<>();
    for (VmJob job : submission.jobs()) {
      try {
        jobs.add(decide(job));
      } catch (IOException e) {
        problems.add(file + ": error: " + e.getMessage());
      }
    }
    return new Judged(problems.isEmpty() ? jobs : List.of(), problems);
  }

  /// A format in the submit description file stands.
  private static VmJob decide(VmJob written) throws IOException {
    VmJob job = written.type() == VmType.VMWARE ? VmwareInputs.read(written) : written;
    new JobResults(job).requireInside();
    List<VmDisk> disks = new ArrayList<>();
    for (VmDisk disk : job.disks()) {
      disks.add(decide(disk));
    }
    return job.withDisks(disks);
  }

  private static VmDisk decide(VmDisk disk) throws IOException {
    Path source = InputImages.source(disk);
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
