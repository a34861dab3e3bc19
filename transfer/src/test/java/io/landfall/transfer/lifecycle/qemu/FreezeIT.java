package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.FrozenState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Disks and memory of a running guest frozen together, and the guest going on.
@Timeout(180)
class FreezeIT {
  private static final int STEPS = 120;
  private static final WorkPlan PLAN = new WorkPlan(STEPS, Duration.ofMillis(30));

  @TempDir Path dir;

  private final QemuDriver driver = new QemuDriver(QemuSettings.defaults());

  @BeforeEach
  void qemuIsThere() {
    Tools.need("qemu-system-x86_64");
  }

  @Test
  void aGuestGoesOnFromWhatWasFrozenWhileTheFirstOneRanOn() throws Exception {
    VmSpec first = spec("first", image());
    FrozenState frozen;
    Path disk = dir.resolve("frozen.raw");
    Path memory = dir.resolve("frozen.memory");
    try (Vm vm = driver.start(first)) {
      vm.resume();
      Console.of(first).await("STEP 20");
      frozen = vm.freeze();
      assertThat(vm.state()).isEqualTo(VmState.RUNNING);
      Console.of(first).await("STEP 60"); // it works on above what is frozen
      flatten(first.drives().getFirst(), disk);
      Files.copy(frozen.saved().memory(), memory);
      vm.thaw();
      assertThat(first.drives().getFirst().upper().orElseThrow()).doesNotExist();
      assertThat(vm.end().get(120, TimeUnit.SECONDS)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(first).complete()).as("the guest that ran on").isTrue();

    VmSpec second = spec("second", disk);
    try (Vm vm =
        driver.restore(
            second,
            new io.landfall.transfer.lifecycle.SavedState(
                memory, frozen.saved().deviceState(), frozen.saved().machine()))) {
      vm.resume();
      assertThat(vm.end().get(120, TimeUnit.SECONDS)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(second).complete()).as("the guest of the checkpoint").isTrue();
  }

  @Test
  void checkpointsFollowEachOtherAndCopyOnlyWhatChanged() throws Exception {
    VmSpec spec = spec("one", image());
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await("STEP 5");
      long whole = bytes(vm.freeze());
      vm.thaw();
      for (int i = 0; i < 3; i++) {
        Console.of(spec).await("STEP " + (20 + 10 * i));
        assertThat(bytes(vm.freeze())).isPositive().isLessThan(whole / 4);
        if (i != 1) {
          vm.thaw(); // else the next one finds it frozen still
        }
      }
      assertThat(vm.end().get(120, TimeUnit.SECONDS)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(spec).complete()).isTrue();
  }

  @Test
  void aGuestThatDoesNotRunIsNotFrozen() throws Exception {
    VmSpec spec = spec("one", image());
    try (Vm vm = driver.start(spec)) {
      assertThatThrownBy(vm::freeze)
          .isInstanceOf(VmException.class)
          .hasMessageContaining("is STARTED, not RUNNING");
      vm.resume();
      Console.of(spec).await("STEP 2");
    }
  }

  private static long bytes(FrozenState frozen) {
    return frozen.changed().stream().mapToLong(range -> range.length()).sum();
  }

  private Path image() throws IOException {
    Path image = dir.resolve("disk.raw");
    try (RawFile disk = RawFile.create(image, 16 << 20)) {
      WorkProgram.install(disk, PLAN);
    }
    return image;
  }

  private VmSpec spec(String name, Path base) throws IOException {
    Path work = Files.createDirectories(dir.resolve(name));
    return VmSpec.of(
        "job " + name,
        work,
        16,
        1,
        List.of(VmDrive.writable("vda", base, work.resolve("vda.qcow2"))));
  }

  private static WorkLog log(VmSpec spec) throws IOException {
    try (BlockDevice disk = disk(spec.drives().getFirst())) {
      return WorkLog.read(disk);
    }
  }

  private static BlockDevice disk(VmDrive drive) throws IOException {
    return LayeredDevice.over(
        Qcow2Image.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
  }

  private static void flatten(VmDrive drive, Path target) throws IOException {
    try (BlockDevice disk = disk(drive);
        RawFile out = RawFile.create(target, disk.sizeBytes())) {
      ByteBuffer all = ByteBuffer.allocate((int) disk.sizeBytes());
      disk.read(0, all);
      out.write(0, all.flip());
    }
  }
}
