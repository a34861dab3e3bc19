package io.landfall.transfer.lifecycle.qemu;

import java.nio.file.Path;
import java.time.Duration;

/// How the QEMU driver runs VMs on this machine.
///
/// @param binary the emulator, a path or a name on `PATH`
/// @param acceleration what executes the guest
/// @param machine machine type; an alias without version is resolved at start and recorded
/// @param cpu CPU model with version: a baseline that every host of the pool has, or a saved VM
///   cannot go on elsewhere
/// @param runtimeRoot where sockets go; short, since a Unix socket's path has 107 bytes
/// @param statusInterval how often to ask QEMU how the VM is, in case an event went unnoticed
public record QemuSettings(
    String binary,
    Acceleration acceleration,
    String machine,
    String cpu,
    Path runtimeRoot,
    Duration statusInterval) {

  /// What executes the guest's instructions.
  public enum Acceleration {
    /// Software: slow, and everywhere the same.
    TCG,
    /// The CPU itself.
    KVM,
    /// The CPU if a guest was seen to run on it, else software.
    AUTO
  }

  /// Software emulation of a PC with a CPU of the x86-64-v2 level.
  ///
  /// Not `AUTO`: a host that answers /dev/kvm and then interprets every instruction is slower than
  /// software emulation, and some guests never get up on it.
  public static QemuSettings defaults() {
    return new QemuSettings(
        "qemu-system-x86_64",
        Acceleration.TCG,
        "pc",
        "Nehalem-v1",
        Path.of("/tmp"),
        Duration.ofSeconds(60));
  }

  /// The same with another accelerator.
  public QemuSettings with(Acceleration other) {
    return new QemuSettings(binary, other, machine, cpu, runtimeRoot, statusInterval);
  }

  /// The same, asking that often.
  public QemuSettings withStatusInterval(Duration other) {
    return new QemuSettings(binary, acceleration, machine, cpu, runtimeRoot, other);
  }

  /// The same with another emulator.
  public QemuSettings withBinary(String other) {
    return new QemuSettings(other, acceleration, machine, cpu, runtimeRoot, statusInterval);
  }
}
