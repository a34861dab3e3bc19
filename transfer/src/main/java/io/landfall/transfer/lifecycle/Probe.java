package io.landfall.transfer.lifecycle;

import java.util.Map;

/// Whether a driver can run a VM on this machine, found out by running one.
///
/// @param usable whether VMs can be started
/// @param version the hypervisor's version, or empty
/// @param accelerator what executes the guest: `kvm`, `tcg`, `none`
/// @param detail one sentence: what was tried, or why not and what would help
public record Probe(boolean usable, String version, String accelerator, String detail) {

  /// No VM can run, and why.
  public static Probe unusable(String detail) {
    return new Probe(false, "", "none", detail);
  }

  /// For `--json` and for what an execute agent advertises.
  public Map<String, Object> asMap() {
    return Map.of(
        "usable", usable, "version", version, "accelerator", accelerator, "detail", detail);
  }
}
