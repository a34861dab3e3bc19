package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.MemoryFiles;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Submit files for tests, in a home directory that has the images they name.
final class Submits {
  static final Path HOME = Path.of("/home/u");

  /// A valid job's commands, but for what a test adds.
  static final String BASIC =
      """
      universe             = vm
      executable           = guest
      vm_type              = kvm
      vm_memory            = 256
      vm_disk              = guest.img:vda:w
      transfer_input_files = guest.img
      """;

  private Submits() {}

  static MemoryFiles home() {
    return new MemoryFiles()
        .with(
            List.of(
                "/home/u/guest.img",
                "/home/u/guest.qcow2",
                "/home/u/guest.vmdk",
                "/home/u/root.img",
                "/home/u/seed.iso",
                "/home/u/vmlinuz-guest",
                "/home/u/initrd-guest.img",
                "/home/u/images/guest.img",
                "/home/u/images/guest.qcow2",
                "/home/u/images/root.img",
                "/home/u/images/swap.img",
                "/home/u/images/system.img",
                "/home/u/images/data.img",
                "/home/u/images/seed.iso",
                "/home/u/images/guest-a/guest.vmx",
                "/home/u/images/guest-a/guest.vmdk",
                "/home/u/images/guest-a/guest-flat.vmdk",
                "/home/u/kernels/vmlinuz-guest",
                "/home/u/kernels/initrd-guest.img",
                "/home/u/result-one/keep",
                "/home/u/result-two/keep",
                "/shared/images/guest.qcow2",
                "/shared/images/root.img",
                "/shared/images/swap.img",
                "/shared/images/guest-a/guest.vmx",
                "/shared/images/guest-a/guest.vmdk",
                "/shared/kernels/vmlinuz-guest",
                "/shared/kernels/initrd-guest.img"));
  }

  static SubmitContext context(FileLookup files) {
    return new SubmitContext(
        HOME,
        files,
        Map.of(),
        Map.of("USER", "u", "HOME", "/home/u"),
        ZonedDateTime.of(2026, 11, 24, 12, 0, 0, 0, ZoneOffset.UTC),
        7,
        42,
        Set.of());
  }

  static Submission parse(String text) {
    return parse(text, home());
  }

  static Submission parse(String text, MemoryFiles files) {
    files.with("/home/u/job.sub", text);
    return SubmitFile.parse(Path.of("/home/u/job.sub"), context(files));
  }
}
