package io.landfall.transfer.submit;

import java.util.Locale;
import java.util.Optional;

/// The hypervisor a job asks for with `vm_type`.
public enum VmType {
  VMWARE,
  XEN,
  KVM;

  /// The type of that name, in any case.
  public static Optional<VmType> named(String word) {
    for (VmType type : values()) {
      if (type.word().equalsIgnoreCase(word)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /// The word a submit file and a job ad use.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
