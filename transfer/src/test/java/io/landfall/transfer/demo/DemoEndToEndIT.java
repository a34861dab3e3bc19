package io.landfall.transfer.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.testing.Libvirtd;
import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The main job, with agents in processes of their own: land, boot, evict with a checkpoint, resume
/// elsewhere, return.
class DemoEndToEndIT {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  @Test
  void aJobGoesItsWholeWayOnTheSimulatedHypervisor() throws Exception {
    assertGoesItsWholeWay("simulated");
  }

  @Test
  void aJobGoesItsWholeWayOnQemu() throws Exception {
    Tools.need("qemu-system-x86_64");
    assertGoesItsWholeWay("qemu", Set.of(DemoExtra.values()));
  }

  @Test
  void aJobGoesItsWholeWayThroughLibvirt() throws Exception {
    Path home = Files.createTempDirectory(Path.of("/tmp"), "lv");
    try (Libvirtd libvirtd = Libvirtd.start(home)) {
      assertGoesItsWholeWay("libvirt@" + libvirtd.uri());
    } finally {
      Tools.run("rm", "-rf", home.toString());
    }
  }

  /// Where VMware is not, as on hosts that test this, through the stand-in for its `vmrun`.
  @Test
  void aJobOfSplitVmdkDisksGoesItsWholeWayOnVmware() throws Exception {
    Tools.need(StandInVmrun.PROGRAMS.toArray(String[]::new));
    assertGoesItsWholeWay("vmware", 2304 * MIB, Set.of(DemoExtra.CDROM, DemoExtra.NETWORK));
  }

  private void assertGoesItsWholeWay(String hypervisor) throws Exception {
    assertGoesItsWholeWay(hypervisor, Set.of());
  }

  private void assertGoesItsWholeWay(String hypervisor, Set<DemoExtra> extras) throws Exception {
    assertGoesItsWholeWay(hypervisor, 256 * MIB, extras);
  }

  private void assertGoesItsWholeWay(String hypervisor, long imageBytes, Set<DemoExtra> extras)
      throws Exception {
    DemoOptions options =
        new DemoOptions(
            directory, hypervisor, imageBytes, 48 * MIB, 7, 60, Duration.ofMillis(50), 32, extras);

    DemoReport report = Demo.run(options, event -> {});

    assertThat(report.faults()).isEmpty();
    JobEvent.Landed first = report.events(JobEvent.Landed.class).getFirst();
    assertThat(first.parts().getFirst().figures().pulled())
        .as("holes do not travel")
        .isBetween(32 * MIB, 64 * MIB);
    JobEvent.Returned returned = report.events(JobEvent.Returned.class).getFirst();
    assertThat(returned.figures().orElseThrow().pulled())
        .as("only what the guest changed comes back")
        .isLessThan(4 * MIB);
  }
}
