package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a domain is made of: all that must be the same where it goes on.
///
/// @param driver `libvirt`
/// @param version what `virsh version` says of the hypervisor, for people
/// @param type what executes the guest: one cannot load another's state
/// @param uuid the machine's own number
/// @param memoryMiB guest memory
/// @param vcpus virtual CPUs
/// @param devices the drives, in order, and whether each can be written
record LibvirtMachine(
    String driver,
    String version,
    DomainType type,
    UUID uuid,
    int memoryMiB,
    int vcpus,
    List<String> devices) {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  static LibvirtMachine of(VmSpec spec, String version, DomainType type, UUID uuid) {
    List<String> devices =
        spec.drives().stream()
            .map(d -> d.device() + (d.cdrom() ? " cdrom" : d.overlay().isPresent() ? " rw" : " r"))
            .toList();
    return new LibvirtMachine(
        "libvirt", version, type, uuid, DomainXml.memoryMiB(spec), spec.vcpus(), devices);
  }

  String toJson() {
    return JSON.writeValueAsString(this);
  }

  /// Libvirt keeps devices and memory in one file; what is said apart is only what wrote it.
  byte[] deviceState() {
    return ("libvirt " + version + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Refuses to load what was saved as this machine as another one.
  ///
  /// @return what was saved
  static LibvirtMachine mustFit(String json, LibvirtMachine here) throws VmException {
    LibvirtMachine saved;
    try {
      saved = JSON.readValue(json, LibvirtMachine.class);
    } catch (JacksonException e) {
      throw refused(e.getOriginalMessage());
    }
    if (!"libvirt".equals(saved.driver)) {
      throw refused("saved by '%s', expected libvirt".formatted(saved.driver));
    }
    if (saved.uuid == null
        || saved.type != here.type
        || saved.memoryMiB != here.memoryMiB
        || saved.vcpus != here.vcpus
        || !here.devices.equals(saved.devices)) {
      throw refused("saved as %s, to be restored as %s".formatted(saved, here));
    }
    return saved;
  }

  private static VmException refused(String why) {
    return new VmException(Reason.FAILED_TO_RESTORE, "description of the saved domain: " + why);
  }
}
