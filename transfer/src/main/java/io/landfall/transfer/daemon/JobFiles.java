package io.landfall.transfer.daemon;

import io.landfall.transfer.control.VmgahpError;
import io.landfall.transfer.submit.VmDisk;
import io.landfall.transfer.submit.VmJob;
import io.landfall.transfer.submit.XenKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a job sends besides its disks: the kernel and the ramdisk of a Xen guest, and all other
/// plain files of a VMware guest's directory (`nvram`, logs, whatever lies there).
final class JobFiles {
  /// What a Xen guest's kernel and ramdisk are called on the execute host.
  static final String KERNEL = "kernel";

  static final String RAMDISK = "ramdisk";

  /// `disk-s001.vmdk`, `disk-flat.vmdk`: parts of `disk.vmdk`.
  private static final Pattern EXTENT =
      Pattern.compile("(.+?)(?:-[sf]\\d{3}|-flat)\\.vmdk", Pattern.CASE_INSENSITIVE);

  /// Of the VMware that the guest was made in.
  private static final Pattern LOCK =
      Pattern.compile(".*\\.(?:writelock|readlock|lck)", Pattern.CASE_INSENSITIVE);

  private JobFiles() {}

  /// Where each is on this host, by the name that it gets.
  static Map<String, Path> of(VmJob job) {
    Map<String, Path> files = new TreeMap<>();
    job.xen().flatMap(XenKernel::kernel).ifPresent(name -> files.put(KERNEL, find(job, name)));
    job.xen().flatMap(XenKernel::initrd).ifPresent(name -> files.put(RAMDISK, find(job, name)));
    if (job.vmware().isPresent() && job.vmware().get().transfer()) {
      for (Path file : job.inputFiles()) {
        String name = file.getFileName().toString();
        if (Files.isRegularFile(file)
            && !name.equals(job.vmware().get().vmxFile())
            && !LOCK.matcher(name).matches()
            && !isOfADisk(job, name)) {
          files.put(name, file);
        }
      }
    }
    return files;
  }

  private static boolean isOfADisk(VmJob job, String name) {
    Matcher extent = EXTENT.matcher(name);
    String disk = extent.matches() ? extent.group(1) + ".vmdk" : name;
    return job.disks().stream()
        .map(VmDisk::file)
        .map(file -> file.toLowerCase(Locale.ROOT))
        .anyMatch(file ->
            file.equals(name.toLowerCase(Locale.ROOT))
                || file.equals(disk.toLowerCase(Locale.ROOT)));
  }

  /// A kernel is one of the files that are sent, or named by its full path.
  private static Path find(VmJob job, String name) {
    return job.inputFiles().stream()
        .filter(path -> path.getFileName().toString().equals(name))
        .findFirst()
        .orElseGet(() -> job.initialDir().resolve(name));
  }

  /// Sees that every one can be read, as it could when the job was submitted.
  static void require(VmJob job) throws JobHeldException {
    for (Map.Entry<String, Path> file : of(job).entrySet()) {
      if (!Files.isReadable(file.getValue())) {
        VmgahpError reason =
            switch (file.getKey()) {
              case KERNEL -> VmgahpError.JOBCLASSAD_XEN_KERNEL_NOT_FOUND;
              case RAMDISK -> VmgahpError.JOBCLASSAD_XEN_INITRD_NOT_FOUND;
              default -> null;
            };
        String why = file.getValue() + " cannot be read";
        throw reason == null
            ? new JobHeldException(CANNOT_SEND, 0, why)
            : JobHeldException.of(reason, why);
      }
    }
  }

  /// HTCondor's hold code for an input file that cannot be sent: UploadFileError.
  private static final int CANNOT_SEND = 13;

  /// The export of all of them, if there are any.
  static Optional<String> export(VmJob job, String name) {
    return of(job).isEmpty()
        ? Optional.empty()
        : Optional.of(Names.inputDisk(name, ClaimFiles.PART));
  }
}
