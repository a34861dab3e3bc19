package io.landfall.transfer.lifecycle.vmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.lifecycle.VmwareGuest;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings.Product;
import io.landfall.transfer.testing.TestVmrun;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The VMware driver through the stand-in for `vmrun`, which boots the disks in QEMU. VMware itself
/// is not tried here.
class VmwareDriverIT {
  private static final String VMX =
      """
      config.version = "8"
      virtualHW.version = "8"
      ide0:0.present = "TRUE"
      ide0:0.fileName = "disk.vmdk"
      serial0.present = "TRUE"
      serial0.fileType = "file"
      serial0.fileName = "console.log"
      """;

  @TempDir Path dir;

  private VmwareSettings settings;
  private VmwareDriver driver;

  @BeforeEach
  void aDriver() throws IOException {
    Path vmrun = TestVmrun.in(dir.resolve("vmrun"));
    settings = new VmwareSettings(vmrun.toString(), Product.WS, Duration.ofMillis(200));
    driver = new VmwareDriver(settings);
  }

  @Test
  void aSavedVmGoesOnElsewhereAndTheLandedImageIsNotTouched() throws Exception {
    Path image = image(new WorkPlan(60, Duration.ofMillis(20)));
    byte[] before = Files.readAllBytes(image);
    VmSpec first = spec("first", image, true);
    SavedState saved;
    try (Vm vm = driver.start(first)) {
      assertThat(Files.size(first.workDir().resolve("hda.vmdk"))).isLessThan(200_000);
      vm.resume();
      await(first, "STEP 10");
      vm.pause();
      vm.resume();
      saved = vm.save();
      assertThat(end(vm)).isEqualTo(EndReason.SAVED);
    }
    assertThat(saved.memory()).hasSize(32 << 20);
    assertThat(log(first).steps()).isBetween(10, 59);

    Path moved = dir.resolve("moved.raw");
    try (BlockDevice disk = disk(first)) {
      ImageFormat.RAW.write(disk, moved, done -> {});
    }
    VmSpec second = spec("second", moved, true);
    try (Vm vm = driver.restore(second, saved)) {
      assertThat(vm.state()).isEqualTo(VmState.STARTED);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(second).complete()).as(log(second).toString()).isTrue();
    assertThat(Files.readAllBytes(image)).as("the landed image").isEqualTo(before);
    Tools.run("qemu-img", "check", second.workDir().resolve("hda.vmdk").toString());
  }

  @Test
  void withoutASnapshotDiskTheGuestWritesAPrivateCopyOnPlayerToo() throws Exception {
    VmwareDriver player =
        new VmwareDriver(
            new VmwareSettings(settings.vmrun(), Product.PLAYER, settings.statusInterval()));
    Path image = image(new WorkPlan(5, Duration.ofMillis(10)));
    byte[] before = Files.readAllBytes(image);
    VmSpec spec = spec("copy", image, false);
    try (Vm vm = player.start(spec)) {
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    try (BlockDevice disk = VmdkImage.openLayer(spec.workDir().resolve("hda.vmdk"))) {
      assertThat(WorkLog.read(disk).complete()).isTrue();
    }
    assertThat(Files.readAllBytes(image)).isEqualTo(before);

    VmSpec refused = spec("refused", image, true);
    assertThatThrownBy(() -> player.start(refused))
        .isInstanceOf(VmException.class)
        .hasMessageContaining("VMware Player has no snapshots");
    assertThat(refused.workDir().resolve("hda.vmdk")).doesNotExist();
  }

  @Test
  void aDeadHypervisorIsNoGuestThatShutDown() throws Exception {
    VmSpec spec = spec("lost", image(new WorkPlan(1000, Duration.ofMillis(20))), true);
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      await(spec, "STEP 1");
      String name = "-name " + VmwareFiles.vmx(spec.workDir());
      ProcessHandle.allProcesses()
          .filter(process -> process.info().commandLine().orElse("").contains(name))
          .forEach(ProcessHandle::destroyForcibly);
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
    }
  }

  /// What an agent finds that was started after another one died.
  @Test
  void anotherAgentAdoptsAVmByAPathWithALinkInIt() throws Exception {
    Path image = image(new WorkPlan(1000, Duration.ofMillis(20)));
    Path real = Files.createDirectory(dir.resolve("real"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), real);
    VmSpec spec = in(link, "adopted", image, true);
    Vm left = driver.start(spec);
    left.resume();
    await(spec, "STEP 1");
    try (Vm adopted = new VmwareDriver(settings).adopt(spec).orElseThrow()) {
      assertThat(adopted.state()).isEqualTo(VmState.RUNNING);
      assertThat(new Vmrun(settings).running()).containsExactly(real.resolve(VmwareFiles.VMX));
      adopted.kill();
      assertThat(end(adopted)).isEqualTo(EndReason.KILLED);
    }
    left.close();
    assertThat(new Vmrun(settings).running()).isEmpty();
  }

  private Path image(WorkPlan plan) throws IOException {
    Path image = dir.resolve("disk.raw");
    try (RawFile disk = RawFile.create(image, 8 << 20)) {
      WorkProgram.install(disk, plan);
    }
    return image;
  }

  private VmSpec spec(String name, Path base, boolean snapshot) throws IOException {
    return in(Files.createDirectory(dir.resolve(name)), name, base, snapshot);
  }

  private static VmSpec in(Path workDir, String name, Path base, boolean snapshot) {
    VmDrive drive = VmDrive.writable("hda", base, workDir.resolve("hda.vmdk"));
    return VmSpec.of(name, workDir, 32, 1, List.of(drive))
        .withVmware(new VmwareGuest(VMX, snapshot));
  }

  private static EndReason end(Vm vm) throws Exception {
    return vm.end().get(60, TimeUnit.SECONDS);
  }

  private static BlockDevice disk(VmSpec spec) throws IOException {
    VmDrive drive = spec.drives().getFirst();
    return LayeredDevice.over(
        VmdkImage.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
  }

  private static WorkLog log(VmSpec spec) throws IOException {
    try (BlockDevice disk = disk(spec)) {
      return WorkLog.read(disk);
    }
  }

  private static void await(VmSpec spec, String said) throws Exception {
    Instant patience = Instant.now().plusSeconds(60);
    while (!Files.exists(spec.consoleFile())
        || !Files.readString(spec.consoleFile()).contains(said)) {
      assertThat(Instant.now()).as("the guest says " + said).isBefore(patience);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
