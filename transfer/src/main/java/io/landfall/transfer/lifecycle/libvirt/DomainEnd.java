package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.EndReason;
import java.util.Optional;

/// What the words of `virsh domstate --reason` mean for the job.
final class DomainEnd {
  private DomainEnd() {}

  /// Why a domain ended; empty while it lives.
  ///
  /// @param state such as `shut off (shutdown)`; empty if libvirt does not know the domain any more
  static Optional<EndReason> of(Optional<String> state) {
    if (state.isEmpty()) {
      return Optional.of(EndReason.LOST); // somebody undefined it
    }
    return switch (state.get()) {
      case "shut off (shutdown)" -> Optional.of(EndReason.COMPLETED);
      case "crashed (panicked)", "crashed (unknown)", "paused (crashed)", "paused (watchdog)" ->
          Optional.of(EndReason.CRASHED);
      case "shut off (saved)" -> Optional.of(EndReason.SAVED);
      // Its hypervisor vanished ("crashed"), somebody destroyed it, or libvirtd was started anew.
      default ->
          state.get().startsWith("shut off") ? Optional.of(EndReason.LOST) : Optional.empty();
    };
  }

  static boolean isIoError(String state) {
    return state.equals("paused (I/O error)");
  }
}
