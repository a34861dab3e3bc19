package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A Linux guest that keeps a pattern in RAM and a journal on an ext4 disk, and checks both against
/// each other: saved half-way and continued elsewhere.
///
/// Runs only with `-Dlandfall.linux.guest=DIR`, where DIR has `vmlinuz`, `counter.initrd` and
/// `data.raw`: about a minute of software emulation.
@Timeout(600)
class LinuxGuestIT {
  private static final int TICKS = 24;

  @TempDir Path dir;

  private Path guest;

  @BeforeEach
  void aGuestIsGiven() {
    Tools.need("qemu-system-x86_64", "e2fsck");
    String given = System.getProperty("landfall.linux.guest");
    assumeTrue(given != null, "no -Dlandfall.linux.guest=DIR");
    guest = Path.of(given);
  }

  @Test
  void savedHalfWayItGoesOnElsewhereWithDiskAndMemoryOfOneMoment() throws Exception {
    QemuDriver driver = new QemuDriver(QemuSettings.defaults());
    VmSpec first = spec("first", guest.resolve("data.raw"));
    SavedState saved;
    try (Vm vm = driver.start(first)) {
      vm.resume();
      Console.of(first).await("TICK 8");
      saved = vm.save();
    }
    Path moved = dir.resolve("moved.raw");
    flatten(first, moved);
    VmSpec second = spec("second", moved);
    try (Vm vm = driver.restore(second, saved)) {
      vm.resume();
      assertThat(vm.end().get(300, TimeUnit.SECONDS)).isEqualTo(EndReason.COMPLETED);
    }
    String said = Console.of(first).text() + Console.of(second).text();
    assertThat(said).contains("CHECK ok n=10", "CHECK ok n=20", "DONE " + TICKS);
    assertThat(said).doesNotContain("CHECK BAD", "FAIL");
    assertThat(ticks(said)).isEqualTo(IntStream.rangeClosed(1, TICKS).boxed().toList());
    Path result = dir.resolve("result.raw");
    flatten(second, result);
    Tools.run("e2fsck", "-fn", result.toString());
  }

  private static List<Integer> ticks(String said) {
    return said.lines()
        .filter(l -> l.startsWith("TICK "))
        .map(l -> Integer.valueOf(l.split(" ", -1)[1]))
        .toList();
  }

  private VmSpec spec(String name, Path base) throws IOException {
    Path work = Files.createDirectories(dir.resolve(name));
    VmKernel kernel =
        new VmKernel(
            guest.resolve("vmlinuz"),
            Optional.of(guest.resolve("counter.initrd")),
            "console=ttyS0 panic=-1 quiet limit=%d ram=16 period=200".formatted(TICKS));
    VmDrive drive = VmDrive.writable("vda", base, work.resolve("vda.qcow2"));
    return VmSpec.of(name, work, 128, 1, List.of(drive)).withKernel(kernel);
  }

  private static void flatten(VmSpec spec, Path target) throws IOException {
    VmDrive drive = spec.drives().getFirst();
    try (BlockDevice disk =
            LayeredDevice.over(
                Qcow2Image.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
        RawFile out = RawFile.create(target, disk.sizeBytes())) {
      ByteBuffer piece = ByteBuffer.allocate(1 << 20);
      for (long at = 0; at < disk.sizeBytes(); at += piece.capacity()) {
        disk.read(at, piece.clear());
        out.write(at, piece.flip());
      }
    }
  }
}
