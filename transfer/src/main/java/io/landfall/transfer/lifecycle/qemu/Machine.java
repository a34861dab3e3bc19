package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmSpec;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a running machine is made of: all that must be the same where its state is loaded again.
/// Stored as JSON with a saved VM.
///
/// @param driver `qemu`
/// @param version QEMU's version, for people
/// @param type machine type with its version
/// @param cpu CPU model with its version
/// @param accelerator `tcg` or `kvm`: one cannot load the other's state
/// @param memoryMiB guest memory
/// @param vcpus virtual CPUs
/// @param devices the parts in the order in which they were plugged, which gives their addresses
record Machine(
    String driver,
    String version,
    String type,
    String cpu,
    String accelerator,
    int memoryMiB,
    int vcpus,
    List<String> devices) {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final int MAX_JSON_CHARS = 1 << 20;

  String toJson() {
    return JSON.writeValueAsString(this);
  }

  /// Reads what was stored with a saved VM.
  ///
  /// @throws VmException if it is not from this driver
  static Machine parse(String json) throws VmException {
    try {
      if (json.length() > MAX_JSON_CHARS) {
        throw refused(
            "%d characters, expected at most %d".formatted(json.length(), MAX_JSON_CHARS));
      }
      Machine machine = JSON.readValue(json, Machine.class);
      if (!"qemu".equals(machine.driver)) {
        throw refused("saved by '%s', expected qemu".formatted(machine.driver));
      }
      if (machine.type == null || machine.cpu == null || machine.devices == null) {
        throw refused("no machine type, CPU model or devices in it");
      }
      return machine;
    } catch (JacksonException e) {
      throw refused(e.getOriginalMessage());
    }
  }

  private static VmException refused(String why) {
    return new VmException(Reason.FAILED_TO_RESTORE, "description of the saved machine: " + why);
  }

  /// Refuses to load this machine's state as another VM.
  void mustFit(VmSpec spec) throws VmException {
    mustBe("memory in MiB", memoryMiB, spec.memoryMiB());
    mustBe("virtual CPUs", vcpus, spec.vcpus());
    mustBe("devices", devices, devicesOf(spec));
  }

  private static void mustBe(String what, Object saved, Object asked) throws VmException {
    if (!saved.equals(asked)) {
      throw new VmException(
          Reason.FAILED_TO_RESTORE,
          "%s: saved with %s, to be restored with %s".formatted(what, saved, asked));
    }
  }

  /// The parts of a VM that a guest can see, in the order in which they are plugged.
  static List<String> devicesOf(VmSpec spec) {
    List<String> drives =
        spec.drives().stream().map(d -> "%s %s".formatted(d.device(), access(d))).toList();
    List<String> devices = new java.util.ArrayList<>(drives);
    if (spec.network().kind() != io.landfall.transfer.lifecycle.VmNetwork.Kind.NONE) {
      devices.add("network");
    }
    if (spec.vnc()) {
      devices.add("display");
    }
    return List.copyOf(devices);
  }

  private static String access(VmDrive drive) {
    if (drive.cdrom()) {
      return "cdrom";
    }
    return drive.overlay().isPresent() ? "rw" : "r";
  }
}
