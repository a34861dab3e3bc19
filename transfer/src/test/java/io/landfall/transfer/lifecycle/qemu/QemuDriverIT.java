package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The driver against a real QEMU: how a guest runs, and how it ends.
@Timeout(120)
class QemuDriverIT extends QemuGuests {
  @Test
  void aProbeRunsAVm() {
    Probe probe = driver.probe();
    assertThat(probe.usable()).as(probe.detail()).isTrue();
    assertThat(probe.accelerator()).isEqualTo("tcg");
    assertThat(probe.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
  }

  /// Whatever /dev/kvm is on this machine: absent, good, or one that runs firmware and no system.
  @Test
  void autoEndsWithAnAcceleratorThatRunsGuests() throws Exception {
    QemuSettings d = QemuSettings.defaults();
    QemuSettings auto =
        new QemuSettings(
            d.binary(),
            QemuSettings.Acceleration.AUTO,
            d.machine(),
            d.cpu(),
            runtimeRoot,
            Duration.ofMinutes(5));
    driver = new QemuDriver(auto);
    assertThat(driver.probe().usable()).as(driver.probe().detail()).isTrue();
    assertThat(runToEnd(spec("a", image(new WorkPlan(2, Duration.ZERO)))))
        .isEqualTo(EndReason.COMPLETED);
  }

  @Test
  void aProbeWithoutQemuSaysWhatToInstall() {
    Probe probe = new QemuDriver(QemuSettings.defaults().withBinary("/nowhere/qemu")).probe();
    assertThat(probe.usable()).isFalse();
    assertThat(probe.detail())
        .isEqualTo("/nowhere/qemu: not found; install qemu-system-x86 or configure its path");
  }

  @Test
  void aJobRunsToItsEnd() throws Exception {
    WorkPlan plan = new WorkPlan(15, Duration.ofMillis(10));
    VmSpec spec = spec("a", image(plan));
    try (Vm vm = driver.start(spec)) {
      assertThat(vm.state()).isEqualTo(VmState.STARTED);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
      assertThat(vm.state()).isEqualTo(VmState.ENDED);
    }
    assertThat(log(spec).complete()).as(log(spec).toString()).isTrue();
    assertThat(Files.readString(spec.consoleFile())).contains("STEP 15", "DONE 15");
    assertThat(VmRecord.read(spec.workDir()).orElseThrow().end()).hasValue(EndReason.COMPLETED);
    try (RawFile base = RawFile.open(dir.resolve("disk.raw"))) {
      assertThat(WorkLog.read(base).steps()).as("steps in the base, which is not written").isZero();
    }
  }

  @Test
  void everyControllerBoots() throws Exception {
    for (String device : List.of("vda", "hda", "sda")) {
      VmSpec spec = spec(device, image(new WorkPlan(2, Duration.ZERO)), device);
      assertThat(runToEnd(spec)).as(device).isEqualTo(EndReason.COMPLETED);
      assertThat(log(spec).complete()).as(device).isTrue();
    }
  }

  @Test
  void aPausedVmMakesNoStepAndGoesOn() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await("STEP 5");
      vm.pause();
      assertThat(vm.state()).isEqualTo(VmState.PAUSED);
      assertThatThrownBy(vm::pause).isInstanceOf(IllegalStateException.class);
      int steps = steps(spec);
      assertThat(steps(spec)).isEqualTo(steps).isLessThan(60);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(spec).complete()).isTrue();
  }

  @Test
  void aRebootIsNotACompletedJob() throws Exception {
    VmSpec spec = spec("a", image(new WorkPlan(3, Duration.ZERO).endingWith(Ending.RESET)));
    assertThat(runToEnd(spec)).isEqualTo(EndReason.REBOOTED);
    assertThat(log(spec).complete()).isTrue();
  }

  @Test
  void aPanicIsACrash() throws Exception {
    VmSpec spec = spec("a", image(new WorkPlan(3, Duration.ZERO).endingWith(Ending.PANIC)));
    assertThat(runToEnd(spec)).isEqualTo(EndReason.CRASHED);
  }

  @Test
  void aKilledQemuIsALostVm() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await("STEP 3");
      qemu(spec).destroyForcibly();
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
      assertThatThrownBy(vm::resume).isInstanceOf(IllegalStateException.class);
    }
    assertThat(VmRecord.read(spec.workDir()).orElseThrow().end()).hasValue(EndReason.LOST);
  }

  @Test
  void aTerminatedQemuIsALostVmToo() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await("STEP 3");
      qemu(spec).destroy();
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
    }
  }

  @Test
  void aHangingGuestIsEndedAfterThePatience() throws Exception {
    VmSpec spec = spec("a", image(new WorkPlan(1, Duration.ZERO).endingWith(Ending.HANG)));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await("DONE 1");
      vm.powerdown(Duration.ofMillis(300));
      assertThat(end(vm)).isEqualTo(EndReason.KILLED);
    }
  }

  @Test
  void aGuestThatHeedsThePowerButtonCompletes() throws Exception {
    VmSpec spec = spec("a", image(new WorkPlan(60_000, Duration.ofMillis(20))));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await("STEP 3");
      vm.powerdown(Duration.ofSeconds(60));
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(Files.readString(spec.consoleFile())).contains("BUTTON ");
    assertThat(log(spec).firstViolation()).isEmpty();
  }

  @Test
  void aClosedVmIsKilled() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    Vm vm = driver.start(spec);
    vm.resume();
    vm.close();
    assertThat(end(vm)).isEqualTo(EndReason.KILLED);
    vm.close();
  }

  @Test
  void aVmThatQemuRefusesLeavesNothing() throws Exception {
    VmSpec spec = spec("a", image(LONG), "hde");
    assertThatThrownBy(() -> driver.start(spec))
        .isInstanceOf(VmException.class)
        .hasMessageContaining("device 'hde': IDE has hda to hdd; use vda or sda");
    VmSpec noBase = spec("b", dir.resolve("missing.raw"));
    assertThatThrownBy(() -> driver.start(noBase)).isInstanceOf(VmException.class);
    assertThat(noBase.workDir().resolve("vda.qcow2")).doesNotExist();
    Path torn = spec.workDir().resolve("vda.qcow2");
    Files.writeString(torn, "no qcow2");
    VmSpec badOverlay = spec("a", image(LONG));
    assertThatThrownBy(() -> driver.start(badOverlay))
        .isInstanceOf(VmException.class)
        .hasMessageContaining("not in qcow2 format");
    assertThat(torn).as("the caller's own overlay").exists();
  }

  @Test
  void fileNamesMeanNothing() throws Exception {
    Path odd = Files.createDirectory(dir.resolve("json:{a,b=c} \"x\" nbd:é"));
    Path disk = odd.resolve("disk,format=qcow2.raw");
    Files.move(image(new WorkPlan(2, Duration.ZERO)), disk);
    Path work = Files.createDirectory(odd.resolve("work,server=off"));
    VmSpec spec =
        VmSpec.of(
            "job,id=x 1.0",
            work,
            16,
            1,
            List.of(VmDrive.writable("vda", disk, work.resolve("file:a,b.qcow2"))));
    assertThat(runToEnd(spec)).isEqualTo(EndReason.COMPLETED);
  }

  /// Needs a file system that is full when the test says so: a small tmpfs, so root.
  @Test
  void aFullDiskPausesTheVmAndSpaceLetsItGoOn() throws Exception {
    Path small = Files.createDirectory(dir.resolve("small"));
    assumeTrue(Tools.isRoot(), "only root can mount a file system");
    Tools.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small.toString());
    try {
      Path work = Files.createDirectory(dir.resolve("a"));
      VmDrive drive = VmDrive.writable("vda", image(LONG), small.resolve("vda.qcow2"));
      VmSpec spec = VmSpec.of("job", work, 16, 1, List.of(drive));
      try (Vm vm = driver.start(spec)) {
        assertThatThrownBy(() -> Files.write(small.resolve("filler"), new byte[4 << 20]))
            .hasMessageContaining("No space left on device");
        vm.resume();
        await(vm, VmState.IO_ERROR);
        assertThat(Console.of(spec).text()).contains("BOOT").doesNotContain("FAIL", "STEP 60");
        Files.delete(small.resolve("filler"));
        vm.resume();
        assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
      }
      WorkLog log = log(spec);
      assertThat(log.complete()).as(log.toString()).isTrue();
    } finally {
      Tools.run("umount", small.toString());
    }
  }
}
