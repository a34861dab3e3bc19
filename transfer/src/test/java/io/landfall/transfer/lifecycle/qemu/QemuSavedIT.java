package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Guests that are saved, and go on elsewhere or are refused.
@Timeout(120)
class QemuSavedIT extends QemuGuests {
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
}
