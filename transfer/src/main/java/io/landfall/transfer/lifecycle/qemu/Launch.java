package io.landfall.transfer.lifecycle.qemu;

import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
import io.landfall.transfer.lifecycle.MemoryFile;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmJournal;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Brings one VM into a new QEMU process: all of it, or nothing is left.
///
/// Not thread-safe; used once.
final class Launch {
  private static final Logger LOG = System.getLogger(Launch.class.getName());
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(20);
  private static final int SECTOR = 512;

  private final QemuSettings settings;
  private final VmSpec spec;
  private final Reason reason;
  private final EventRelay events = new EventRelay();
  private final List<Path> made = new ArrayList<>();

  // What there is so far, for the way back.
  private VmJournal journal;
  private RuntimeDir runtime;
  private QemuProcess process;
  private Monitor monitor;

  Launch(QemuSettings settings, VmSpec spec, Reason reason) {
    this.settings = settings;
    this.spec = spec;
    this.reason = reason;
  }

  /// A VM before its first instruction.
  QemuVm start(String machine, String cpu, String accelerator) throws IOException {
    try {
      Files.deleteIfExists(spec.memoryFile()); // an earlier VM's
      made.add(spec.memoryFile());
      return ready(launch(machine, cpu, accelerator, List.of()));
    } catch (IOException | RuntimeException e) {
      throw undone(e);
    }
  }

  /// A VM as it was saved.
  QemuVm restore(Machine saved, SavedState state) throws IOException {
    try {
      if (MemoryFile.place(state.memory(), spec)) {
        made.add(spec.memoryFile());
      }
      Machine machine =
          launch(saved.type(), saved.cpu(), saved.accelerator(), List.of("-incoming", "defer"));
      monitor.listenForState(runtime.state());
      DeviceState.send(runtime.state(), state.deviceState());
      monitor.awaitLoaded();
      return ready(machine);
    } catch (IOException | RuntimeException e) {
      throw undone(e);
    }
  }

  private Machine launch(String machine, String cpu, String accelerator, List<String> more)
      throws IOException {
    if (QemuProcess.onPath(settings.binary()).isEmpty()) {
      throw new VmException(
          Reason.NO_HYPERVISOR,
          "%s: not found; install qemu-system-x86 or configure its path"
              .formatted(settings.binary()));
    }
    Files.deleteIfExists(spec.frozenMemoryFile()); // of another memory
    makeOverlays();
    journal = VmJournal.begin(spec, "qemu");
    runtime = RuntimeDir.create(settings.runtimeRoot());
    List<String> command =
        new ArrayList<>(
            CommandLine.of(spec, runtime, settings.binary(), machine, cpu, accelerator));
    command.addAll(more);
    journal.runBy(runtime.path(), 0, 0); // a QEMU that is found later is found by this
    Files.deleteIfExists(QemuFiles.log(spec.workDir()));
    Files.deleteIfExists(QemuFiles.monitorLog(spec.workDir()));
    process = QemuProcess.launch(command, spec.workDir());
    journal.runBy(runtime.path(), process.pid(), process.startTime());
    monitor = Monitor.connect(process, runtime.monitor(), events);
    return describe(cpu, accelerator);
  }

  private void makeOverlays() throws IOException {
    for (VmDrive drive : spec.drives()) {
      if (drive.overlay().isPresent() && Files.notExists(drive.overlay().get())) {
        long size = Files.size(drive.base());
        made.add(drive.overlay().get());
        Qcow2Overlay.create(drive.overlay().get(), (size + SECTOR - 1) / SECTOR * SECTOR);
      }
    }
  }

  private Machine describe(String cpu, String accelerator) throws IOException {
    Machine machine =
        new Machine(
            "qemu",
            monitor.version(),
            monitor.machineType(),
            cpu,
            accelerator,
            spec.memoryMiB(),
            spec.vcpus(),
            Machine.devicesOf(spec));
    DurableFiles.replace(
        QemuFiles.machine(spec.workDir()), machine.toJson().getBytes(StandardCharsets.UTF_8));
    return machine;
  }

  private QemuVm ready(Machine machine) throws IOException {
    journal.on(Event.LOADED);
    QemuVm vm = new QemuVm(spec, journal, process, runtime, monitor, machine);
    vm.begin(events, settings.statusInterval());
    return vm;
  }

  /// Takes back what there is so far.
  private VmException undone(Exception cause) {
    String why = cause.getMessage();
    try {
      if (process != null) {
        process.destroy();
        process.awaitExit(KILL_PATIENCE);
        why += "; QEMU's last words: " + QemuFiles.lastWords(spec.workDir());
      }
      if (monitor != null) {
        monitor.close();
      }
      if (runtime != null) {
        runtime.delete();
      }
      for (Path file : made) {
        Files.deleteIfExists(file);
      }
      if (journal != null) {
        journal.end(EndReason.KILLED);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, spec.jobId() + ": something is left of a failed start", e);
    }
    return cause instanceof VmException v && process == null
        ? v
        : new VmException(reason, "%s: %s".formatted(spec.jobId(), why), cause);
  }
}
