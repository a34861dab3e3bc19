package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.EndedVm;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmJournal;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Runs VMs as domains of libvirt's, for KVM and Xen.
///
/// A VM's directory holds `state.json`, `domain.xml`, `console.log`, and for Xen `xl.cfg`; a saved
/// one holds `memory`, which is libvirt's own file of memory and devices.
public final class LibvirtDriver implements HypervisorDriver {
  private static final Logger LOG = System.getLogger(LibvirtDriver.class.getName());
  private static final int SECTOR = 512;

  private final LibvirtSettings settings;
  private final Virsh virsh;

  /// A driver for one libvirt.
  public LibvirtDriver(LibvirtSettings settings) {
    this.settings = settings;
    this.virsh = new Virsh(settings);
  }

  @Override
  public String name() {
    return "libvirt";
  }

  @Override
  public OverlayFormat overlayFormat() {
    return OverlayFormat.QCOW2;
  }

  @Override
  public Probe probe() {
    return new LibvirtProbe(this, settings, virsh).probe();
  }

  @Override
  public Vm start(VmSpec spec) throws IOException {
    return load(
        spec,
        freshMachine(spec),
        Reason.FAILED_TO_START,
        xml -> {
          Files.deleteIfExists(spec.memoryFile()); // an earlier VM's
          virsh.run("start", "--domain", DomainXml.nameOf(spec.jobId()), "--paused");
        });
  }

  @Override
  public Vm restore(VmSpec spec, SavedState state) throws IOException {
    LibvirtMachine saved = LibvirtMachine.mustFit(state.machine(), freshMachine(spec));
    return load(
        spec,
        saved,
        Reason.FAILED_TO_RESTORE,
        xml ->
            virsh.run(
                "restore",
                "--file",
                state.memory().toAbsolutePath().toString(),
                "--xml",
                xml.toString(),
                "--paused"));
  }

  @FunctionalInterface
  private interface Load {
    void from(Path xml) throws IOException;
  }

  private Vm load(VmSpec spec, LibvirtMachine machine, Reason reason, Load load)
      throws IOException {
    Path xml = describe(spec, machine);
    List<Path> made = makeOverlays(spec);
    String domain = DomainXml.nameOf(spec.jobId());
    Process events = null;
    try {
      VmJournal journal = VmJournal.begin(spec, name());
      virsh.run("define", "--file", xml.toString(), "--validate");
      try {
        events = virsh.events(domain);
        load.from(xml);
        journal.on(Event.LOADED);
      } catch (IOException e) {
        quietly("destroy", domain);
        quietly("undefine", domain);
        journal.end(EndReason.KILLED);
        throw e;
      }
      LibvirtVm vm = new LibvirtVm(spec, journal, virsh, machine, events);
      vm.watch(settings.statusInterval());
      return vm;
    } catch (IOException e) {
      if (events != null) {
        events.destroy();
      }
      for (Path overlay : made) {
        Files.deleteIfExists(overlay);
      }
      throw e instanceof VmException v && v.reason() == Reason.NO_HYPERVISOR
          ? v
          : new VmException(reason, "%s: %s".formatted(spec.jobId(), e.getMessage()), e);
    }
  }

  private Path describe(VmSpec spec, LibvirtMachine machine) throws IOException {
    Path xml = spec.workDir().resolve("domain.xml");
    Files.writeString(xml, DomainXml.of(spec, settings, machine.uuid()));
    if (settings.domainType() == DomainType.XEN) {
      Files.writeString(spec.workDir().resolve("xl.cfg"), XlConfig.of(spec));
    }
    return xml;
  }

  private static List<Path> makeOverlays(VmSpec spec) throws IOException {
    List<Path> made = new ArrayList<>();
    for (VmDrive drive : spec.drives()) {
      if (drive.overlay().isPresent() && Files.notExists(drive.overlay().get())) {
        long size = Math.ceilDiv(Files.size(drive.base()), (long) SECTOR) * SECTOR;
        Qcow2Overlay.create(drive.overlay().get(), size);
        made.add(drive.overlay().get());
      }
    }
    return made;
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
    String domain = DomainXml.nameOf(spec.jobId());
    if (record.get().state() == VmState.PREPARED || virsh.domainState(domain).isEmpty()) {
      quietly("undefine", domain);
      journal.end(EndReason.LOST);
      return Optional.of(new EndedVm(spec, journal.last()));
    }
    LibvirtVm vm =
        new LibvirtVm(spec, journal, virsh, machineOf(spec, domain), virsh.events(domain));
    vm.takeOver();
    vm.watch(settings.statusInterval());
    return Optional.of(vm);
  }

  @Override
  public void reap(Path workDir) throws IOException {
    Optional<VmRecord> record = ours(workDir);
    if (record.isPresent() && !record.get().state().isFinal()) {
      killNamed(record.get().jobId());
      VmJournal.continuing(workDir, record.get()).end(EndReason.KILLED);
    }
  }

  @Override
  public void killNamed(String name) {
    quietly("destroy", DomainXml.nameOf(name));
    quietly("undefine", DomainXml.nameOf(name));
  }

  private Optional<VmRecord> ours(Path workDir) throws IOException {
    return VmRecord.read(workDir).filter(record -> record.driver().equals(name()));
  }

  private LibvirtMachine freshMachine(VmSpec spec) throws IOException {
    UUID uuid = UUID.nameUUIDFromBytes(spec.jobId().getBytes(StandardCharsets.UTF_8));
    return LibvirtMachine.of(spec, virsh.version(), settings.domainType(), uuid);
  }

  private LibvirtMachine machineOf(VmSpec spec, String domain) throws IOException {
    UUID uuid = UUID.fromString(virsh.run("domuuid", "--domain", domain));
    return LibvirtMachine.of(spec, virsh.version(), settings.domainType(), uuid);
  }

  private void quietly(String command, String domain) {
    try {
      virsh.run(command, "--domain", domain);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0}: {1}", domain, e.getMessage());
    }
  }
}
