package io.landfall.transfer.lifecycle.simulated;

import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.EndedVm;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
import io.landfall.transfer.lifecycle.MemoryFile;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmJournal;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Simulates VMs in this process: guests that do the work program's work and nothing else.
///
/// For tests of everything above a hypervisor, and for a machine without one. Disks, overlays,
/// memory and saved states are as real as a hypervisor's; what is missing is the CPU. A VM dies
/// with this process.
public final class SimulatedDriver implements HypervisorDriver {
  private static final JsonMapper JSON = new JsonMapper();
  private static final byte[] DEVICES =
      "landfall simulated devices 1\n".getBytes(StandardCharsets.US_ASCII);

  private final Pace pace;

  /// Guests that make their steps when their plan says so.
  public SimulatedDriver() {
    this(Pace.asPlanned());
  }

  /// Guests that make their steps when they are told.
  public SimulatedDriver(Pace pace) {
    this.pace = pace;
  }

  /// What a saved VM was made of.
  private record Machine(String driver, String version, int memoryMiB, List<String> devices) {}

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public OverlayFormat overlayFormat() {
    return OverlayFormat.LANDFALL;
  }

  @Override
  public Probe probe() {
    return new Probe(
        true, "1", "none", "guests are simulated: only images with the work program do anything");
  }

  @Override
  public Vm start(VmSpec spec) throws IOException {
    return load(spec, Reason.FAILED_TO_START, disks -> SimulatedGuest.boot(spec, disks));
  }

  @Override
  public Vm restore(VmSpec spec, SavedState state) throws IOException {
    Machine saved = parse(state.machine());
    if (!saved.equals(machineOf(spec))) {
      throw refused("saved as %s, to be restored as %s".formatted(saved, machineOf(spec)));
    }
    if (!java.util.Arrays.equals(state.deviceState(), DEVICES)) {
      throw refused("device state of %d bytes is none".formatted(state.deviceState().length));
    }
    return load(
        spec,
        Reason.FAILED_TO_RESTORE,
        disks -> {
          boolean copied = MemoryFile.place(state.memory(), spec);
          try {
            return SimulatedGuest.goOn(spec, disks);
          } catch (IOException e) {
            if (copied) {
              Files.deleteIfExists(spec.memoryFile());
            }
            throw e;
          }
        });
  }

  @Override
  public Optional<Vm> adopt(VmSpec spec) throws IOException {
    Optional<VmRecord> record = VmRecord.read(spec.workDir());
    if (record.isEmpty() || !record.get().driver().equals(name())) {
      return Optional.empty();
    }
    VmJournal journal = VmJournal.continuing(spec.workDir(), record.get());
    journal.end(EndReason.LOST);
    return Optional.of(new EndedVm(spec, journal.last()));
  }

  @Override
  public void reap(Path workDir) throws IOException {
    Optional<VmRecord> record = VmRecord.read(workDir);
    if (record.isPresent() && record.get().driver().equals(name())) {
      VmJournal.continuing(workDir, record.get()).end(EndReason.KILLED);
    }
  }

  /// A simulated VM is in the process that started it, and ends with it.
  @Override
  public void killNamed(String name) {}

  @FunctionalInterface
  private interface Boot {
    SimulatedGuest from(GuestDisks disks) throws IOException;
  }

  private Vm load(VmSpec spec, Reason reason, Boot boot) throws IOException {
    mustBeSimulable(spec, reason);
    List<Path> made = missingOverlays(spec);
    try {
      VmJournal journal = VmJournal.begin(spec, name());
      GuestDisks disks = GuestDisks.open(spec);
      SimulatedGuest guest;
      try {
        guest = boot.from(disks);
      } catch (IOException e) {
        disks.close();
        journal.end(EndReason.KILLED);
        throw e;
      }
      journal.on(Event.LOADED);
      return new SimulatedVm(
          spec, journal, guest, JSON.writeValueAsString(machineOf(spec)), DEVICES, pace);
    } catch (IOException e) {
      for (Path overlay : made) {
        Files.deleteIfExists(overlay);
      }
      throw e instanceof VmException
          ? e
          : new VmException(reason, "%s: %s".formatted(spec.jobId(), e.getMessage()), e);
    }
  }

  private static List<Path> missingOverlays(VmSpec spec) {
    List<Path> missing = new ArrayList<>();
    spec.drives().forEach(d -> d.overlay().filter(Files::notExists).ifPresent(missing::add));
    return missing;
  }

  private static void mustBeSimulable(VmSpec spec, Reason reason) throws VmException {
    List<Path> kernel = new ArrayList<>();
    spec.kernel()
        .ifPresent(k -> {
          kernel.add(k.kernel());
          k.initrd().ifPresent(kernel::add);
        });
    for (Path file : kernel) {
      if (!Files.isReadable(file)) {
        throw new VmException(reason, "%s: no kernel file %s".formatted(spec.jobId(), file));
      }
    }
    if (spec.drives().isEmpty()) {
      throw new VmException(
          reason,
          "%s: a simulated guest boots the work program from its first disk"
              .formatted(spec.jobId()));
    }
    if (spec.memoryBytes() < GuestMemory.minBytes()) {
      throw new VmException(
          reason,
          "%s: %d bytes of memory, expected at least %d"
              .formatted(spec.jobId(), spec.memoryBytes(), GuestMemory.minBytes()));
    }
  }

  private static Machine machineOf(VmSpec spec) {
    return new Machine(
        "simulated",
        "1",
        spec.memoryMiB(),
        spec.drives().stream()
            .map(d -> d.device() + (d.overlay().isPresent() ? " rw" : " r"))
            .toList());
  }

  private static Machine parse(String json) throws VmException {
    try {
      return JSON.readValue(json, Machine.class);
    } catch (JacksonException e) {
      throw refused(e.getOriginalMessage());
    }
  }

  private static VmException refused(String why) {
    return new VmException(Reason.FAILED_TO_RESTORE, "simulated machine: " + why);
  }
}
