package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.VmgahpError;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.testing.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel and the ramdisk of a Xen guest: from the submit file to what a driver is told. Guests
/// are simulated, since there is no Xen here.
class XenFilesIT {
  @TempDir Path directory;

  @Test
  void kernelAndRamdiskLandBesideTheMachineAndAMissingOneHoldsTheJob() throws Exception {
    Path submitFile = job();
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one", Map.of("VM_TYPE", "xen"));
      pool.startSubmit();
      String job = pool.submit(submitFile);
      pool.watch(job, event -> event instanceof JobEvent.Started);
      Path claim = claim(pool.home("one"));
      assertThat(ClaimFiles.file(claim, JobFiles.KERNEL)).hasContent("the kernel");
      assertThat(ClaimFiles.file(claim, JobFiles.RAMDISK)).hasContent("the ramdisk");
      pool.watch(job, event -> event instanceof JobEvent.Completed);

      String later = pool.submit(submitFile);
      pool.watch(later, event -> event instanceof JobEvent.Started);
      try (Peer submit = pool.connect()) {
        Calls.call(submit, new Request.Hold(later, "to be tried again"));
        pool.watch(later, event -> event instanceof JobEvent.Held);
        Files.delete(directory.resolve("initrd.img"));
        Calls.call(submit, new Request.ReleaseHold(later));
      }
      List<JobEvent> events =
          pool.watch(
              later,
              event -> event instanceof JobEvent.Held held && held.code() != JobRunner.BY_USER);
      assertThat(((JobEvent.Held) events.getLast()).reason())
          .startsWith(VmgahpError.JOBCLASSAD_XEN_INITRD_NOT_FOUND.text())
          .endsWith("initrd.img cannot be read");
    }
    try (Stream<Path> results = Files.list(directory)) {
      assertThat(results.map(file -> file.getFileName().toString()))
          .as("neither comes back")
          .doesNotContain(JobFiles.KERNEL, JobFiles.RAMDISK);
    }
  }

  @Test
  void aDriverIsToldWhereTheyLieAndWhoseBootLoaderFindsOneInADisk() {
    Request.XenShape own =
        new Request.XenShape(
            Optional.of(JobFiles.KERNEL),
            Optional.of(JobFiles.RAMDISK),
            Optional.of("sda1"),
            "ro quiet");
    VmKernel kernel = spec(own).kernel().orElseThrow();
    assertThat(kernel.kernel()).isEqualTo(directory.resolve("files/kernel"));
    assertThat(kernel.initrd()).contains(directory.resolve("files/ramdisk"));
    assertThat(kernel.wholeCommandLine()).isEqualTo("root=/dev/sda1 ro quiet");

    Request.XenShape included =
        new Request.XenShape(Optional.empty(), Optional.empty(), Optional.empty(), "");
    assertThat(spec(included).kernel()).isEmpty();
    assertThat(spec(included).bootLoader()).contains("pygrub");
  }

  private VmSpec spec(Request.XenShape xen) {
    Request.VmShape shape =
        new Request.VmShape(
            64, 1, Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.of(xen));
    return ClaimMachine.spec(
        "ann/1.0@submit",
        directory,
        shape,
        List.of(),
        MachinePolicy.standard("example.org"),
        Optional.empty());
  }

  private Path job() throws IOException {
    try (RawFile disk = RawFile.create(directory.resolve("root.img"), 8 << 20)) {
      WorkProgram.install(disk, new WorkPlan(150, Duration.ofMillis(20)));
    }
    Files.writeString(directory.resolve("vmlinuz"), "the kernel");
    Files.writeString(directory.resolve("initrd.img"), "the ramdisk");
    return Files.writeString(
        directory.resolve("xen.sub"),
        """
        universe             = vm
        executable           = guest
        vm_type              = xen
        vm_memory            = 32
        vm_disk              = root.img:sda1:w:raw
        xen_kernel           = vmlinuz
        xen_initrd           = initrd.img
        xen_root             = sda1
        transfer_input_files = root.img, vmlinuz, initrd.img
        queue
        """);
  }

  private static Path claim(Path home) throws IOException {
    try (Stream<Path> claims = Files.list(home.resolve("execute").resolve("claims"))) {
      return claims.findFirst().orElseThrow();
    }
  }
}
