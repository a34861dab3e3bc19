package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Real QEMUs with the work program as guest, of which nothing may be left behind.
abstract class QemuGuests {
  static final WorkPlan LONG = new WorkPlan(60, Duration.ofMillis(20));

  @TempDir Path dir;

  Path runtimeRoot;
  QemuDriver driver;

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

  final QemuDriver driver() {
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

  final Path image(WorkPlan plan) throws IOException {
    Path image = dir.resolve("disk.raw");
    Files.deleteIfExists(image);
    try (RawFile disk = RawFile.create(image, 16 << 20)) {
      WorkProgram.install(disk, plan);
    }
    return image;
  }

  final VmSpec spec(String name, Path base) throws IOException {
    return spec(name, base, "vda");
  }

  final VmSpec spec(String name, Path base, String device) throws IOException {
    Path work = Files.createDirectories(dir.resolve(name));
    return VmSpec.of(
        "job " + name,
        work,
        16,
        1,
        List.of(VmDrive.writable(device, base, work.resolve(device + ".qcow2"))));
  }

  final EndReason runToEnd(VmSpec spec) throws Exception {
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      return end(vm);
    }
  }

  final SavedState savedAt(VmSpec spec, String line) throws Exception {
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      Console.of(spec).await(line);
      return vm.save();
    }
  }

  /// A state that the hypervisor brings about is told by nothing but itself.
  static void await(Vm vm, VmState state) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (vm.state() != state) {
      assertThat(vm.state().isFinal()).isFalse();
      assertThat(System.nanoTime()).as(vm.state().name()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  static EndReason end(Vm vm) throws Exception {
    return vm.end().get(60, TimeUnit.SECONDS);
  }

  static ProcessHandle qemu(VmSpec spec) throws IOException {
    return ProcessHandle.of(VmRecord.read(spec.workDir()).orElseThrow().pid()).orElseThrow();
  }

  static int steps(VmSpec spec) throws IOException {
    return (int)
        Files.readString(spec.consoleFile()).lines().filter(l -> l.startsWith("STEP")).count();
  }

  static WorkLog log(VmSpec spec) throws IOException {
    try (BlockDevice disk = disk(spec)) {
      return WorkLog.read(disk);
    }
  }

  /// The VM's disk as its guest saw it.
  static BlockDevice disk(VmSpec spec) throws IOException {
    VmDrive drive = spec.drives().getFirst();
    return LayeredDevice.over(
        Qcow2Image.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
  }

  static void flatten(VmSpec spec, Path target) throws IOException {
    try (BlockDevice disk = disk(spec);
        RawFile out = RawFile.create(target, disk.sizeBytes())) {
      java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate((int) disk.sizeBytes());
      disk.read(0, all);
      out.write(0, all.flip());
    }
  }
}
