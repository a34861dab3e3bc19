package io.landfall.transfer.lifecycle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// One kind of hypervisor. Stateless: everything about a VM is in its [Vm] and its directory.
///
/// Threads: every method may be called from any thread.
public interface HypervisorDriver {

  /// The name in configuration and checkpoints: `qemu`, `simulated`, `libvirt`, `vmware`.
  String name();

  /// Finds out whether VMs can run here, by running one. Takes up to some seconds; never throws.
  Probe probe();

  /// What [VmDrive#overlay] will be.
  OverlayFormat overlayFormat();

  /// Whether a VM can run on drives with [VmDrive#export], and [Vm#baseLanded] moves it off them.
  default boolean runsOnExports() {
    return false;
  }

  /// Why such a VM can never run here, however often it is tried; empty if it may. Looks at no
  /// disk.
  default Optional<String> unfit(VmSpec spec) {
    return Optional.empty();
  }

  /// Loads a VM, stopped before its first instruction: state [VmState#STARTED].
  ///
  /// Overlays that do not exist are made. Nothing is left behind when it fails.
  ///
  /// @throws VmException if the hypervisor refuses; the message has its own words
  Vm start(VmSpec spec) throws IOException;

  /// Loads a VM as it was saved, stopped: state [VmState#STARTED]. The disks must be as they were
  /// when it was saved.
  ///
  /// `state.memory()` is read only, unless it is the VM's own memory file already,
  /// [VmSpec#memoryFile]: then it is used as it lies and nothing is copied.
  ///
  /// @throws VmException if this hypervisor cannot continue that state, or the state is damaged
  Vm restore(VmSpec spec, SavedState state) throws IOException;

  /// Takes charge again of a VM that an earlier process of ours left running; empty if there is
  /// none. A VM that ended meanwhile is there, with its end.
  Optional<Vm> adopt(VmSpec spec) throws IOException;

  /// Ends whatever an earlier process of ours left running for this directory. Harmless when
  /// nothing does.
  void reap(Path workDir) throws IOException;

  /// Ends a VM by its name, for a caller that knows nothing else of it. Harmless when none has that
  /// name.
  ///
  /// @param name [VmSpec#jobId]
  void killNamed(String name) throws IOException;
}
