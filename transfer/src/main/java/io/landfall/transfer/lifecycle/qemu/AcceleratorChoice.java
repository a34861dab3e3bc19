package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// Finds out what can execute guests here by letting one boot and power off.
///
/// `/dev/kvm` proves nothing: there are hosts where it opens, creates a VM, runs firmware and
/// real-mode programs, and then interprets a system's kernel a thousand times too slowly or fails
/// at an instruction. So the guest (`src/main/asm/cpuprobe.asm`) does what kernels do, and there is
/// a time limit.
///
/// Thread-safe; a VM is tried once and its result kept.
final class AcceleratorChoice {
  private static final System.Logger LOG = System.getLogger(AcceleratorChoice.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MEMORY_MIB = 16;
  private static final int DISK_BYTES = 1 << 20;
  private static final String RESOURCE = "cpuprobe.bin";

  private final QemuSettings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private Probe known; // guarded by lock

  AcceleratorChoice(QemuSettings settings) {
    this.settings = settings;
  }

  /// `kvm` or `tcg`, as configured, or as found out.
  String chosen() {
    return switch (settings.acceleration()) {
      case TCG -> "tcg";
      case KVM -> "kvm";
      case AUTO -> probe().accelerator().equals("kvm") ? "kvm" : "tcg";
    };
  }

  /// The result of running a VM.
  Probe probe() {
    lock.lock();
    try {
      if (known == null) {
        known = tryAll();
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private Probe tryAll() {
    return switch (settings.acceleration()) {
      case TCG -> tryOne("tcg");
      case KVM -> tryOne("kvm");
      case AUTO -> {
        Probe kvm = tryOne("kvm");
        if (!kvm.usable()) {
          LOG.log(
              System.Logger.Level.WARNING,
              "guests run in software emulation (tcg), ten times slower and more, since KVM does"
                  + " not work here: {0}; landfall doctor says what helps",
              kvm.detail());
        }
        yield kvm.usable() ? kvm : tryOne("tcg");
      }
    };
  }

  private Probe tryOne(String accelerator) {
    try {
      Path dir = Files.createTempDirectory(settings.runtimeRoot(), "landfall-probe-");
      try {
        return tryIn(dir, accelerator);
      } finally {
        delete(dir);
      }
    } catch (IOException e) {
      return Probe.unusable(e.getMessage());
    }
  }

  private Probe tryIn(Path dir, String accelerator) throws IOException {
    Path disk = dir.resolve("disk.raw");
    Files.write(disk, Arrays.copyOf(bootSector(), DISK_BYTES));
    VmSpec spec = VmSpec.of("probe", dir, MEMORY_MIB, 1, List.of(VmDrive.readOnly("vda", disk)));
    Launch launch = new Launch(settings, spec, Reason.FAILED_TO_START);
    try (QemuVm vm = launch.start(settings.machine(), settings.cpu(), accelerator)) {
      vm.resume();
      return judge(vm, accelerator);
    }
  }

  private static Probe judge(QemuVm vm, String accelerator) throws IOException {
    try {
      EndReason end = vm.end().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (end == EndReason.COMPLETED) {
        return new Probe(
            true,
            vm.machine().version(),
            accelerator,
            "a guest booted and powered off under %s, machine %s, CPU %s"
                .formatted(accelerator, vm.machine().type(), vm.machine().cpu()));
      }
      return Probe.unusable("a guest under %s ended as %s".formatted(accelerator, end));
    } catch (TimeoutException e) {
      return Probe.unusable(
          "a guest under %s did not boot and power off in %d s"
              .formatted(accelerator, PATIENCE.toSeconds()));
    } catch (ExecutionException e) {
      return Probe.unusable(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Probe.unusable("interrupted");
    }
  }

  /// The probing guest.
  static byte[] bootSector() throws IOException {
    try (InputStream in = AcceleratorChoice.class.getResourceAsStream(RESOURCE)) {
      return in.readAllBytes();
    }
  }

  private static void delete(Path dir) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(dir);
  }
}
