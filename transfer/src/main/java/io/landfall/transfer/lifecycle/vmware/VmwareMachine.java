package io.landfall.transfer.lifecycle.vmware;

import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmSpec;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a suspended VM was made of.
///
/// @param vmx its configuration, with what VMware added
/// @param state name of the file of its suspended state
/// @param memoryApart whether memory was in a file of its own; else it is part of the state
record VmwareMachine(
    String driver,
    int memoryMiB,
    int vcpus,
    List<String> devices,
    String vmx,
    String state,
    boolean memoryApart) {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  static VmwareMachine of(VmSpec spec, String vmx, String state, boolean memoryApart) {
    return new VmwareMachine(
        "vmware",
        spec.memoryMiB(),
        spec.vcpus(),
        VmxRewrite.devices(spec),
        vmx,
        state,
        memoryApart);
  }

  String toJson() {
    return JSON.writeValueAsString(this);
  }

  /// Reads what was saved, and refuses to load it as another machine.
  static VmwareMachine mustFit(String json, VmSpec spec) throws VmException {
    VmwareMachine saved;
    try {
      saved = JSON.readValue(json, VmwareMachine.class);
    } catch (JacksonException e) {
      throw refused(e.getOriginalMessage());
    }
    if (!"vmware".equals(saved.driver)) {
      throw refused("saved by '%s', expected vmware".formatted(saved.driver));
    }
    if (saved.vmx == null || saved.state == null || !saved.state.matches("[\\w-]{1,100}\\.vmss")) {
      throw refused("its state is '%s', expected a name ending in .vmss".formatted(saved.state));
    }
    if (saved.memoryMiB != spec.memoryMiB()
        || saved.vcpus != spec.vcpus()
        || !VmxRewrite.devices(spec).equals(saved.devices)) {
      throw refused(
          "saved with %d MiB, %d processors, %s; to be restored with %d, %d, %s"
              .formatted(
                  saved.memoryMiB,
                  saved.vcpus,
                  saved.devices,
                  spec.memoryMiB(),
                  spec.vcpus(),
                  VmxRewrite.devices(spec)));
    }
    return saved;
  }

  static VmException refused(String why) {
    return new VmException(Reason.FAILED_TO_RESTORE, "description of the suspended VM: " + why);
  }
}
