package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Finds out whether domains run here, by letting the guest of the QEMU driver's probe boot and
/// power off. A Xen host is believed when libvirt answers for it: a guest there needs a system's
/// disk.
record LibvirtProbe(LibvirtDriver driver, LibvirtSettings settings, Virsh virsh) {
  private static final String GUEST = "/io/landfall/transfer/lifecycle/qemu/cpuprobe.bin";
  private static final long PATIENCE_SECONDS = 20;
  private static final int MEMORY_MIB = 32;
  private static final int DISK_BYTES = 1 << 20;

  Probe probe() {
    try {
      String version = virsh.version();
      String type = settings.domainType().word();
      if (settings.domainType() == DomainType.XEN) {
        return new Probe(true, version, type, "libvirt answers; no guest was tried");
      }
      EndReason end = run();
      return end == EndReason.COMPLETED
          ? new Probe(
              true, version, type, "a domain of type %s booted and powered off".formatted(type))
          : Probe.unusable("a domain of type %s ended as %s".formatted(type, end));
    } catch (TimeoutException e) {
      return Probe.unusable(
          "a domain did not boot and power off in %d s".formatted(PATIENCE_SECONDS));
    } catch (IOException | ExecutionException e) {
      return Probe.unusable(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Probe.unusable("interrupted");
    }
  }

  private EndReason run()
      throws IOException, ExecutionException, InterruptedException, TimeoutException {
    Path dir = Files.createTempDirectory("landfall-probe-");
    try {
      Path disk = dir.resolve("disk.raw");
      try (InputStream guest = LibvirtProbe.class.getResourceAsStream(GUEST)) {
        Files.write(disk, Arrays.copyOf(guest.readAllBytes(), DISK_BYTES));
      }
      VmSpec spec =
          VmSpec.of(
              dir.getFileName().toString(),
              dir,
              MEMORY_MIB,
              1,
              List.of(VmDrive.readOnly("vda", disk)));
      try (Vm vm = driver.start(spec)) {
        vm.resume();
        return vm.end().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    } finally {
      try (var files = Files.list(dir)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(dir);
    }
  }
}
