package io.landfall.transfer.daemon;

import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmwareGuest;
import java.nio.file.Path;
import java.util.List;

/// The machine that a job asked for, as a driver is told of it.
final class ClaimMachine {
  private ClaimMachine() {}

  static VmSpec spec(
      String job,
      Path directory,
      Request.VmShape shape,
      List<VmDrive> drives,
      AgentSettings settings) {
    VmSpec spec = VmSpec.of(job, directory, shape.memoryMiB(), shape.vcpus(), drives);
    if (shape.networking().isPresent()) {
      spec = spec.withNetwork(network(shape, settings));
    }
    if (shape.vmware().isPresent()) {
      Request.VmwareShape vmware = shape.vmware().get();
      spec = spec.withVmware(new VmwareGuest(vmware.vmx(), vmware.snapshotDisk()));
    }
    return shape.vnc() ? spec.withVnc() : spec;
  }

  /// `nat` is the hypervisor's own network, which needs no privilege; a job without a wish gets
  /// what the host's administrator chose.
  private static VmNetwork network(Request.VmShape shape, AgentSettings settings) {
    String type =
        shape
            .networking()
            .filter(asked -> !asked.equals(Request.VmShape.ANY_NETWORK))
            .orElse(settings.machine().defaultNetworking().word());
    return type.equals(Request.VmShape.BRIDGE)
        ? VmNetwork.bridge(settings.bridge().orElseThrow(), shape.macAddress())
        : VmNetwork.user(shape.macAddress());
  }
}
