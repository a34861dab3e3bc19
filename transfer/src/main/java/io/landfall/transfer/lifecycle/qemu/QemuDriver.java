package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.EndedVm;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmJournal;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Runs VMs in QEMU processes, driven over QMP.
///
/// A VM's directory holds `state.json`, `machine.json`, `memory` (guest RAM, page for page),
/// `console.log`, `qemu.log`, `qmp.log`; its sockets are in a directory of their own under the
/// runtime root.
public final class QemuDriver implements HypervisorDriver {
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(20);
  private static final int MAX_MACHINE_BYTES = 1 << 20;

  private final QemuSettings settings;
  private final AcceleratorChoice accelerators;

  /// A driver for this machine's QEMU.
  public QemuDriver(QemuSettings settings) {
    this.settings = settings;
    this.accelerators = new AcceleratorChoice(settings);
  }

  @Override
  public String name() {
    return "qemu";
  }

  @Override
  public OverlayFormat overlayFormat() {
    return OverlayFormat.QCOW2;
  }

  @Override
  public boolean runsOnExports() {
    return true;
  }

  @Override
  public Probe probe() {
    return accelerators.probe();
  }

  @Override
  public Vm start(VmSpec spec) throws IOException {
    Launch launch = new Launch(settings, spec, Reason.FAILED_TO_START);
    return launch.start(settings.machine(), settings.cpu(), accelerators.chosen());
  }

  @Override
  public Vm restore(VmSpec spec, SavedState state) throws IOException {
    Machine saved = Machine.parse(state.machine());
    saved.mustFit(spec);
    String accelerator = accelerators.chosen();
    if (!saved.accelerator().equals(accelerator)) {
      throw new VmException(
          Reason.FAILED_TO_RESTORE,
          "saved under %s, this host runs VMs under %s: one cannot load the other's state"
              .formatted(saved.accelerator(), accelerator));
    }
    return new Launch(settings, spec, Reason.FAILED_TO_RESTORE).restore(saved, state);
  }

  @Override
  public Optional<Vm> adopt(VmSpec spec) throws IOException {
    Optional<VmRecord> found = VmRecord.read(spec.workDir());
    if (found.isEmpty() || !found.get().driver().equals(name())) {
      return Optional.empty();
    }
    VmRecord record = found.get();
    if (record.state().isFinal()) {
      return Optional.of(new EndedVm(spec, record));
    }
    Optional<QemuProcess> process = QemuProcess.leftover(record);
    if (process.isEmpty() || record.state() == VmState.PREPARED) {
      return Optional.of(new EndedVm(spec, end(spec.workDir(), record, EndReason.LOST)));
    }
    return Optional.of(takeOver(spec, record, process.get()));
  }

  private Vm takeOver(VmSpec spec, VmRecord record, QemuProcess process) throws IOException {
    RuntimeDir runtime = new RuntimeDir(Path.of(record.runtimeDir().orElseThrow()));
    Machine machine =
        Machine.parse(QemuFiles.text(QemuFiles.machine(spec.workDir()), MAX_MACHINE_BYTES));
    EventRelay events = new EventRelay();
    Monitor monitor = Monitor.connect(process, runtime.monitor(), events);
    VmJournal journal = VmJournal.continuing(spec.workDir(), record);
    QemuVm vm = new QemuVm(spec, journal, process, runtime, monitor, machine);
    vm.takeOver(events, settings.statusInterval());
    return vm;
  }

  @Override
  public void reap(Path workDir) throws IOException {
    Optional<VmRecord> record = VmRecord.read(workDir);
    if (record.isPresent() && record.get().driver().equals(name())) {
      end(workDir, record.get(), EndReason.KILLED);
    }
  }

  @Override
  public void killNamed(String name) throws IOException {
    for (QemuProcess process : QemuProcess.running(CommandLine.nameArgument(name))) {
      process.destroy();
      process.awaitExit(KILL_PATIENCE);
    }
  }

  /// Ends what is left of a VM.
  private static VmRecord end(Path workDir, VmRecord record, EndReason reason) throws IOException {
    VmJournal journal = VmJournal.continuing(workDir, record);
    Optional<QemuProcess> process = QemuProcess.leftover(record);
    if (process.isPresent()) {
      process.get().destroy();
      process.get().awaitExit(KILL_PATIENCE);
    }
    if (record.runtimeDir().isPresent()) {
      new RuntimeDir(Path.of(record.runtimeDir().get())).delete();
    }
    journal.end(reason);
    return journal.last();
  }
}
