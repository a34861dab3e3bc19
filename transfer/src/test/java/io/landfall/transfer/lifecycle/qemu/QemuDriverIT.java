package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The driver against a real QEMU, with the work program as guest.
@Timeout(120)
class QemuDriverIT {
  private static final WorkPlan LONG = new WorkPlan(60, Duration.ofMillis(20));

  @TempDir Path dir;

  private Path runtimeRoot;
  private QemuDriver driver;

  @BeforeEach
  void aDriverOfItsOwn() throws IOException {
    Tools.need("qemu-system-x86_64");
    runtimeRoot = Files.createTempDirectory(Path.of("/tmp"), "lf");
    driver = driver();
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(runtimeRoot)) {
      assertThat(left).as("sockets of a QEMU that is gone").isEmpty();
    }
    Files.delete(runtimeRoot);
    try (var processes = ProcessHandle.allProcesses()) {
      assertThat(processes.filter(p -> p.info().commandLine().orElse("").contains(dir.toString())))
          .as("processes")
          .isEmpty();
    }
  }

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
  void aSavedVmGoesOnElsewhereWithoutLosingOrRepeatingAStep() throws Exception {
    VmSpec first = spec("first", image(LONG));
    SavedState saved;
    try (Vm vm = driver.start(first)) {
      vm.resume();
      Console.of(first).await("STEP 20");
      saved = vm.save();
      assertThat(vm.state()).isEqualTo(VmState.SAVED);
      assertThat(end(vm)).isEqualTo(EndReason.SAVED);
    }
    int steps = log(first).steps();
    assertThat(steps).isBetween(20, 59);
    assertThat(saved.deviceState()).hasSizeBetween(10_000, 2_000_000);
    assertThat(saved.machine()).contains("\"type\":\"pc-i440fx-");

    Path moved = dir.resolve("disk2.raw");
    flatten(first, moved);
    VmSpec second = spec("second", moved);
    try (Vm vm = driver.restore(second, saved)) {
      assertThat(vm.state()).isEqualTo(VmState.STARTED);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    WorkLog log = log(second);
    assertThat(log.complete()).as(log.toString()).isTrue();
    // The guest logs a step before it prints it, and may be saved between the two or within a line:
    // only both consoles together are whole.
    String elsewhere = Files.readString(second.consoleFile());
    assertThat(elsewhere).doesNotContain("BOOT");
    assertThat((Files.readString(first.consoleFile()) + elsewhere).lines())
        .filteredOn(line -> line.startsWith("STEP "))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, LONG.steps()).mapToObj(step -> "STEP " + step).toList());
  }

  @Test
  void memoryThatWasLandedInItsPlaceIsNotCopied() throws Exception {
    VmSpec first = spec("first", image(LONG));
    SavedState saved = savedAt(first, "STEP 10");
    Path moved = dir.resolve("disk2.raw");
    flatten(first, moved);
    VmSpec second = spec("second", moved);
    Files.move(saved.memory(), second.memoryFile());
    Object before = Files.getAttribute(second.memoryFile(), "unix:ino");
    SavedState landed = new SavedState(second.memoryFile(), saved.deviceState(), saved.machine());
    try (Vm vm = driver.restore(second, landed)) {
      assertThat(Files.getAttribute(second.memoryFile(), "unix:ino")).isEqualTo(before);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(second).complete()).isTrue();
  }

  @Test
  void aMachineWithEveryPartGoesOnElsewhere() throws Exception {
    VmSpec first = everyPart("first", image(LONG));
    SavedState saved = savedAt(first, "STEP 5");
    Path moved = dir.resolve("disk2.raw");
    flatten(first, moved);
    VmSpec second = everyPart("second", moved);
    try (Vm vm = driver.restore(second, saved)) {
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(second).complete()).isTrue();
  }

  private VmSpec everyPart(String name, Path base) throws IOException {
    Path work = Files.createDirectories(dir.resolve(name));
    Path data = dir.resolve("data.raw");
    if (Files.notExists(data)) {
      RawFile.create(data, 8 << 20).close();
    }
    List<VmDrive> drives =
        List.of(
            VmDrive.writable("vda", base, work.resolve("vda.qcow2")),
            VmDrive.writable("hda", data, work.resolve("hda.qcow2")),
            VmDrive.readOnly("sda", data),
            new VmDrive("hdc", data, Optional.empty(), true));
    return VmSpec.of("job 1.0", work, 24, 2, drives)
        .withNetwork(VmNetwork.user(Optional.of("52:54:00:12:34:56")))
        .withVnc();
  }

  @Test
  void aStateOfAnotherMachineIsRefused() throws Exception {
    VmSpec first = spec("first", image(LONG));
    SavedState saved = savedAt(first, "STEP 3");
    VmSpec other = spec("second", dir.resolve("disk.raw"), "sda");
    assertThatThrownBy(() -> driver.restore(other, saved))
        .isInstanceOf(VmException.class)
        .hasMessage("devices: saved with [vda rw], to be restored with [sda rw]");
    assertThatThrownBy(
            () -> driver.restore(other, new SavedState(saved.memory(), new byte[1], "{}")))
        .hasMessage("description of the saved machine: saved by 'null', expected qemu");
  }

  @Test
  void aTornStateIsRefusedAndLeavesNothing() throws Exception {
    VmSpec first = spec("first", image(LONG));
    SavedState saved = savedAt(first, "STEP 3");
    byte[] half = java.util.Arrays.copyOf(saved.deviceState(), saved.deviceState().length / 2);
    VmSpec second = spec("second", dir.resolve("disk.raw"));
    assertThatThrownBy(
            () -> driver.restore(second, new SavedState(saved.memory(), half, saved.machine())))
        .isInstanceOf(VmException.class)
        .hasMessageContaining("device state: QEMU ended over it")
        .extracting(e -> ((VmException) e).reason())
        .isEqualTo(VmException.Reason.FAILED_TO_RESTORE);
    assertThat(second.memoryFile()).doesNotExist();
    assertThat(second.workDir().resolve("vda.qcow2")).doesNotExist();
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

  // ---- an agent that died and came back

  @Test
  void aVmThatWasLeftRunningIsAdopted() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    DyingAgent.leave(spec, runtimeRoot);
    Console.of(spec).await("STEP 5");
    try (Vm vm = driver().adopt(spec).orElseThrow()) {
      assertThat(vm.state()).isEqualTo(VmState.RUNNING);
      vm.pause();
      SavedState saved = vm.save();
      assertThat(saved.machine()).contains("pc-i440fx-");
    }
    assertThat(log(spec).firstViolation()).isEmpty();
  }

  @Test
  void howAVmEndedIsKnownThoughNobodyListened() throws Exception {
    for (Ending ending : List.of(Ending.RESET, Ending.POWER_OFF)) {
      WorkPlan plan = new WorkPlan(20, Duration.ofMillis(10)).endingWith(ending);
      VmSpec spec = spec(ending.name(), image(plan));
      DyingAgent.leave(spec, runtimeRoot);
      Console.of(spec).await("DONE 20");
      try (Vm vm = driver().adopt(spec).orElseThrow()) {
        assertThat(end(vm))
            .isEqualTo(ending == Ending.RESET ? EndReason.REBOOTED : EndReason.COMPLETED);
      }
      assertThat(log(spec).complete()).isTrue();
    }
  }

  @Test
  void aVmThatDiedMeanwhileIsLost() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    DyingAgent.leave(spec, runtimeRoot);
    ProcessHandle qemu = qemu(spec);
    qemu.destroyForcibly();
    qemu.onExit().get(60, TimeUnit.SECONDS);
    try (Vm vm = driver().adopt(spec).orElseThrow()) {
      assertThat(vm.state()).isEqualTo(VmState.ENDED);
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
    }
  }

  @Test
  void aLeftoverIsReaped() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    DyingAgent.leave(spec, runtimeRoot);
    driver().reap(spec.workDir());
    assertThat(VmRecord.read(spec.workDir()).orElseThrow().end()).hasValue(EndReason.KILLED);
    driver().reap(spec.workDir());
    driver().reap(dir);
  }

  // ---- helpers

  private QemuDriver driver() {
    QemuSettings d = QemuSettings.defaults();
    return new QemuDriver(
        new QemuSettings(
            d.binary(),
            d.acceleration(),
            d.machine(),
            d.cpu(),
            runtimeRoot,
            Duration.ofMinutes(5))); // no test may pass thanks to the poll
  }

  private Path image(WorkPlan plan) throws IOException {
    Path image = dir.resolve("disk.raw");
    Files.deleteIfExists(image);
    try (RawFile disk = RawFile.create(image, 16 << 20)) {
      WorkProgram.install(disk, plan);
    }
    return image;
  }

  private VmSpec spec(String name, Path base) throws IOException {
    return spec(name, base, "vda");
  }

  private VmSpec spec(String name, Path base, String device) throws IOException {
    Path work = Files.createDirectories(dir.resolve(name));
    return VmSpec.of(
        "job " + name,
        work,
        16,
        1,
        List.of(VmDrive.writable(device, base, work.resolve(device + ".qcow2"))));
  }

  private EndReason runToEnd(VmSpec spec) throws Exception {
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      return end(vm);
    }
  }

  private SavedState savedAt(VmSpec spec, String line) throws Exception {
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await(line);
      return vm.save();
    }
  }

  /// A state that the hypervisor brings about is told by nothing but itself.
  private static void await(Vm vm, VmState state) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (vm.state() != state) {
      assertThat(vm.state().isFinal()).isFalse();
      assertThat(System.nanoTime()).as(vm.state().name()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  private static EndReason end(Vm vm) throws Exception {
    return vm.end().get(60, TimeUnit.SECONDS);
  }

  private static ProcessHandle qemu(VmSpec spec) throws IOException {
    return ProcessHandle.of(VmRecord.read(spec.workDir()).orElseThrow().pid()).orElseThrow();
  }

  private static int steps(VmSpec spec) throws IOException {
    return (int)
        Files.readString(spec.consoleFile()).lines().filter(l -> l.startsWith("STEP")).count();
  }

  private static WorkLog log(VmSpec spec) throws IOException {
    try (BlockDevice disk = disk(spec)) {
      return WorkLog.read(disk);
    }
  }

  /// The VM's disk as its guest saw it.
  private static BlockDevice disk(VmSpec spec) throws IOException {
    VmDrive drive = spec.drives().getFirst();
    return LayeredDevice.over(
        Qcow2Image.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
  }

  private static void flatten(VmSpec spec, Path target) throws IOException {
    try (BlockDevice disk = disk(spec);
        RawFile out = RawFile.create(target, disk.sizeBytes())) {
      java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate((int) disk.sizeBytes());
      disk.read(0, all);
      out.write(0, all.flip());
    }
  }
}
