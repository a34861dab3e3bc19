package io.landfall.transfer.lifecycle.vmware;

import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.EndedVm;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
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
import io.landfall.transfer.lifecycle.VmwareGuest;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings.Product;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs VMs in VMware's hosted products. `vmrun` starts no VM stopped, so one that is loaded is
/// files only until it is resumed.
public final class VmwareDriver implements HypervisorDriver {
  private static final Logger LOG = System.getLogger(VmwareDriver.class.getName());

  private static final String NO_SNAPSHOTS =
      "VMware Player has no snapshots; such machines run only jobs with"
          + " vmware_snapshot_disk = false and vmware_should_transfer_files = true";

  private final VmwareSettings settings;
  private final Vmrun vmrun;

  /// A driver for one product.
  public VmwareDriver(VmwareSettings settings) {
    this.settings = settings;
    this.vmrun = new Vmrun(settings);
  }

  @Override
  public String name() {
    return "vmware";
  }

  @Override
  public OverlayFormat overlayFormat() {
    return OverlayFormat.VMDK;
  }

  /// VMware is believed when it answers: a guest that would prove more needs a licence and minutes.
  @Override
  public Probe probe() {
    try {
      vmrun.running();
      return new Probe(
          true, settings.product().word(), "vmware", "vmrun answers; no guest was tried");
    } catch (IOException e) {
      return Probe.unusable(e.getMessage());
    }
  }

  @Override
  public Optional<String> unfit(VmSpec spec) {
    return settings.product() == Product.PLAYER
            && spec.vmware().filter(VmwareGuest::snapshotDisk).isPresent()
        ? Optional.of(NO_SNAPSHOTS)
        : Optional.empty();
  }

  @Override
  public Vm start(VmSpec spec) throws IOException {
    return load(
        spec,
        Reason.FAILED_TO_START,
        () -> {
          Files.deleteIfExists(spec.memoryFile()); // an earlier VM's
          VmxFile users = VmxFile.parse("the job's .vmx", guest(spec).vmx());
          return VmxRewrite.of(users, spec, settings.host());
        });
  }

  @Override
  public Vm restore(VmSpec spec, SavedState state) throws IOException {
    return load(
        spec, Reason.FAILED_TO_RESTORE, () -> SuspendedState.restore(spec, state, settings.host()));
  }

  @FunctionalInterface
  private interface Layout {
    VmxFile make() throws IOException;
  }

  private Vm load(VmSpec spec, Reason reason, Layout layout) throws IOException {
    List<Path> made = new ArrayList<>();
    try {
      VmwareGuest guest = guest(spec);
      if (unfit(spec).isPresent()) {
        throw new VmException(Reason.JOB_UNFIT, spec.jobId() + ": " + unfit(spec).get());
      }
      VmJournal journal = VmJournal.begin(spec, name());
      VmwareFiles.makeDisks(spec, guest, made);
      Files.writeString(VmwareFiles.vmx(spec.workDir()), layout.make().toString());
      journal.on(Event.LOADED);
      return new VmwareVm(spec, journal, vmrun, settings.statusInterval());
    } catch (IOException | IllegalArgumentException e) {
      for (Path disk : made) {
        Files.deleteIfExists(disk);
      }
      throw e instanceof VmException refused
          ? refused
          : new VmException(reason, "%s: %s".formatted(spec.jobId(), e.getMessage()), e);
    }
  }

  private static VmwareGuest guest(VmSpec spec) throws VmException {
    return spec.vmware()
        .orElseThrow(() ->
            new VmException(
                Reason.FAILED_TO_START,
                spec.jobId() + ": has no .vmx; this host runs jobs with vm_type = vmware"));
  }

  @Override
  public Optional<Vm> adopt(VmSpec spec) throws IOException {
    Optional<VmRecord> record = ours(spec.workDir());
    if (record.isEmpty()) {
      return Optional.empty();
    }
    if (record.get().state().isFinal()) {
      return Optional.of(new EndedVm(spec, record.get()));
    }
    VmJournal journal = VmJournal.continuing(spec.workDir(), record.get());
    VmState state = record.get().state();
    if (state == VmState.PREPARED || state == VmState.STARTED) {
      journal.end(EndReason.LOST);
      return Optional.of(new EndedVm(spec, journal.last()));
    }
    VmwareVm vm = new VmwareVm(spec, journal, vmrun, settings.statusInterval());
    vm.takeOver();
    return Optional.of(vm);
  }

  @Override
  public void reap(Path workDir) throws IOException {
    Optional<VmRecord> record = ours(workDir);
    if (record.isPresent() && !record.get().state().isFinal()) {
      killNamed(workDir.toString());
      VmJournal.continuing(workDir, record.get()).end(EndReason.KILLED);
    }
  }

  /// A VM's name for VMware is where it lies.
  ///
  /// @param name its directory
  @Override
  public void killNamed(String name) throws IOException {
    Path vmx = Path.of(name).resolve(VmwareFiles.VMX);
    if (Files.exists(vmx) && vmrun.runs(vmx)) {
      LOG.log(Level.INFO, "{0}: stopped", vmx);
      vmrun.run("stop", vmx, "hard");
    }
  }

  private Optional<VmRecord> ours(Path workDir) throws IOException {
    return VmRecord.read(workDir).filter(record -> record.driver().equals(name()));
  }
}
