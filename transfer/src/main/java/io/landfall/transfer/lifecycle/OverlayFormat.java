package io.landfall.transfer.lifecycle;

/// The format in which a hypervisor writes what a VM changes.
public enum OverlayFormat {
  /// A qcow2 file without a backing name; the base is told to the hypervisor by node name.
  QCOW2,
  /// Our own overlay, `snapshot.overlay.OverlayFile`.
  LANDFALL
}
