package io.landfall.transfer.lifecycle.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SimulatedDriverTest {
  private static final WorkPlan PLAN = new WorkPlan(40, Duration.ZERO);

  @TempDir Path dir;

  /// Lets guests make so many steps and says when they have asked for the next.
  private final Semaphore allowed = new Semaphore(0);

  private final Semaphore asked = new Semaphore(0);
  private final SimulatedDriver driver =
      new SimulatedDriver(plan -> {
        asked.release();
        allowed.acquire();
      });

  @BeforeEach
  void anImage() throws IOException {
    image(PLAN);
  }

  @Test
  void aJobRunsToItsEnd() throws Exception {
    VmSpec spec = spec("a", dir.resolve("disk.raw"));
    allowed.release(41);
    try (Vm vm = driver.start(spec)) {
      assertThat(vm.state()).isEqualTo(VmState.STARTED);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
      assertThat(vm.state()).isEqualTo(VmState.ENDED);
    }
    assertThat(log(spec).complete()).isTrue();
    assertThat(Files.readString(spec.consoleFile()))
        .startsWith("BOOT\r\nSTEP 1\r\n")
        .endsWith("STEP 40\r\nDONE 40\r\n");
  }

  @Test
  void everyStepMayBeTheLastBeforeASave() throws Exception {
    for (int steps = 0; steps <= 40; steps += 8) {
      VmSpec first = spec("first" + steps, dir.resolve("disk.raw"));
      SavedState saved = savedAfter(steps, first);
      assertThat(log(first).steps()).isEqualTo(steps);
      Path moved = dir.resolve("moved" + steps);
      flatten(first, moved);
      VmSpec second = spec("second" + steps, moved);
      allowed.release(41 - steps);
      try (Vm vm = driver.restore(second, saved)) {
        vm.resume();
        assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
      }
      assertThat(log(second).complete()).as(log(second).toString()).isTrue();
      assertThat(Files.readString(second.consoleFile())).doesNotContain("BOOT");
    }
  }

  @Test
  void aMemoryWithAnOlderDiskIsFoundOut() throws Exception {
    VmSpec first = spec("first", dir.resolve("disk.raw"));
    SavedState saved = savedAfter(10, first);
    VmSpec second = spec("second", dir.resolve("disk.raw"));
    allowed.release(31);
    try (Vm vm = driver.restore(second, saved)) {
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(second).firstViolation().orElseThrow()).startsWith("step 1: lost");
  }

  @Test
  void aPausedGuestMakesNoStep() throws Exception {
    VmSpec spec = spec("a", dir.resolve("disk.raw"));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      steps(5);
      vm.pause();
      allowed.release(1);
      assertThat(vm.state()).isEqualTo(VmState.PAUSED);
      assertThat(Files.readString(spec.consoleFile())).endsWith("STEP 5\r\n");
      allowed.release(36);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(spec).complete()).isTrue();
  }

  @Test
  void endsAreToldApart() throws Exception {
    for (Ending ending : List.of(Ending.POWER_OFF, Ending.RESET, Ending.PANIC)) {
      image(new WorkPlan(2, Duration.ZERO).endingWith(ending));
      allowed.release(3);
      try (Vm vm = driver.start(spec(ending.name(), dir.resolve("disk.raw")))) {
        vm.resume();
        assertThat(end(vm))
            .isEqualTo(
                switch (ending) {
                  case POWER_OFF -> EndReason.COMPLETED;
                  case RESET -> EndReason.REBOOTED;
                  default -> EndReason.CRASHED;
                });
      }
    }
  }

  @Test
  void aGuestThatHangsIsKilled() throws Exception {
    image(new WorkPlan(2, Duration.ZERO).endingWith(Ending.HANG));
    allowed.release(100);
    VmSpec spec = spec("a", dir.resolve("disk.raw"));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      asked.acquire(3);
      vm.powerdown(Duration.ZERO);
      assertThat(end(vm)).isEqualTo(EndReason.KILLED);
    }
  }

  @Test
  void thePowerButtonCompletesTheJob() throws Exception {
    VmSpec spec = spec("a", dir.resolve("disk.raw"));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      steps(3);
      vm.powerdown(Duration.ofSeconds(1));
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(Files.readString(spec.consoleFile())).endsWith("BUTTON 3\r\n");
  }

  @Test
  void aDeadProcessLeavesALostVm() throws Exception {
    VmSpec spec = spec("a", dir.resolve("disk.raw"));
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      byte[] record = Files.readAllBytes(spec.workDir().resolve("state.json"));
      vm.kill();
      assertThat(end(vm)).isEqualTo(EndReason.KILLED);
      Files.write(spec.workDir().resolve("state.json"), record); // as a dead process leaves it
    }
    try (Vm vm = driver.adopt(spec).orElseThrow()) {
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
      assertThat(vm.state()).isEqualTo(VmState.ENDED);
    }
    assertThat(driver.adopt(spec("b", dir.resolve("disk.raw")))).isEmpty();
  }

  @Test
  void whatCannotBeSimulatedIsRefusedAndLeavesNothing() throws Exception {
    Files.write(dir.resolve("other.raw"), new byte[8 << 20]);
    VmSpec other = spec("a", dir.resolve("other.raw"));
    assertThatThrownBy(() -> driver.start(other))
        .isInstanceOf(VmException.class)
        .hasMessage("job a: work plan in sector 7: magic 00000000, expected 4b57464c");
    assertThat(other.drives().getFirst().overlay().orElseThrow()).doesNotExist();
    assertThat(VmRecord.read(other.workDir()).orElseThrow().state()).isEqualTo(VmState.ENDED);
    assertThatThrownBy(() -> driver.start(VmSpec.of("b", dir, 1, 1, List.of())))
        .hasMessage("b: a simulated guest boots the work program from its first disk");
  }

  @Test
  void aStateThatDoesNotFitIsRefused() throws Exception {
    VmSpec first = spec("first", dir.resolve("disk.raw"));
    SavedState saved = savedAfter(1, first);
    VmSpec larger = VmSpec.of("b", Files.createDirectory(dir.resolve("b")), 2, 1, first.drives());
    assertThatThrownBy(() -> driver.restore(larger, saved))
        .isInstanceOf(VmException.class)
        .hasMessageContaining("memoryMiB=1");
    for (String machine : List.of("", "{", "{}", "[]")) {
      assertThatThrownBy(() ->
              driver.restore(
                  spec("second", dir.resolve("disk.raw")),
                  new SavedState(saved.memory(), saved.deviceState(), machine)))
          .isInstanceOf(VmException.class)
          .hasMessageStartingWith("simulated machine: ");
    }
  }

  /// Lets a running guest make exactly so many steps, and waits until it has made them.
  private void steps(int count) throws InterruptedException {
    allowed.release(count);
    asked.acquire(count + 1);
  }

  private SavedState savedAfter(int steps, VmSpec spec) throws Exception {
    allowed.drainPermits();
    asked.drainPermits();
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      steps(steps);
      SavedState saved = vm.save();
      assertThat(end(vm)).isEqualTo(EndReason.SAVED);
      assertThat(vm.state()).isEqualTo(VmState.SAVED);
      return saved;
    }
  }

  private void image(WorkPlan plan) throws IOException {
    Files.deleteIfExists(dir.resolve("disk.raw"));
    try (RawFile disk = RawFile.create(dir.resolve("disk.raw"), 8 << 20)) {
      WorkProgram.install(disk, plan);
    }
  }

  private VmSpec spec(String name, Path base) throws IOException {
    Path work = Files.createDirectories(dir.resolve(name));
    VmDrive drive = VmDrive.writable("vda", base, work.resolve("vda.overlay"));
    return VmSpec.of("job " + name, work, 1, 1, List.of(drive));
  }

  private static EndReason end(Vm vm) throws Exception {
    return vm.end().get(30, TimeUnit.SECONDS);
  }

  private static BlockDevice disk(VmSpec spec) throws IOException {
    VmDrive drive = spec.drives().getFirst();
    return LayeredDevice.over(
        OverlayFile.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
  }

  private static WorkLog log(VmSpec spec) throws IOException {
    try (BlockDevice disk = disk(spec)) {
      return WorkLog.read(disk);
    }
  }

  private static void flatten(VmSpec spec, Path target) throws IOException {
    try (BlockDevice disk = disk(spec);
        RawFile out = RawFile.create(target, disk.sizeBytes())) {
      ByteBuffer all = ByteBuffer.allocate((int) disk.sizeBytes());
      disk.read(0, all);
      out.write(0, all.flip());
    }
  }
}
