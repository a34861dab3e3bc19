package io.landfall.transfer.lifecycle;

import java.nio.file.Path;

/// A stopped VM apart from its disks: all that [HypervisorDriver#restore] needs besides them.
///
/// Not a record: it carries an array, which a record would compare by reference.
public final class SavedState {
  /// The most that virtual devices may need; a VM's is some hundred KiB.
  public static final int MAX_DEVICE_STATE_BYTES = 64 << 20;

  private final Path memory;
  private final byte[] deviceState;
  private final String machine;

  /// A state as it was stored.
  ///
  /// @param memory guest memory, page for page by guest-physical address
  /// @param deviceState the hypervisor's own bytes; owned by the new object from now on
  /// @param machine JSON: what the machine was made of
  public SavedState(Path memory, byte[] deviceState, String machine) {
    if (deviceState.length > MAX_DEVICE_STATE_BYTES) {
      throw new IllegalArgumentException(
          "device state: %d bytes, expected at most %d"
              .formatted(deviceState.length, MAX_DEVICE_STATE_BYTES));
    }
    this.memory = memory;
    this.deviceState = deviceState;
    this.machine = machine;
  }

  /// Guest memory, a sparse file.
  public Path memory() {
    return memory;
  }

  /// The state of CPUs and virtual devices, in the hypervisor's own form; not to be changed.
  public byte[] deviceState() {
    return deviceState;
  }

  /// JSON: the driver, its version, the machine's type and parts. [HypervisorDriver#restore]
  /// refuses what it cannot continue, in words made from this.
  public String machine() {
    return machine;
  }
}
