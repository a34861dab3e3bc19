package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmwareGuest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The machine that a job asked for, as a driver is told of it.
final class ClaimMachine {
  private static final Request.VmShape NOTHING =
      new Request.VmShape(
          0, 0, Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty());

  private ClaimMachine() {}

  /// The machine that a claim keeps room for.
  static Request.VmShape asked(ClaimFile file, Optional<Request.VmShape> asked) {
    return file.order().map(Request.Prepare::vm).or(() -> asked).orElse(NOTHING);
  }

  /// Refuses a job that this host can never run as it is, before anything lands.
  static void requireFit(
      String job,
      Path directory,
      Request.Prepare order,
      HypervisorDriver driver,
      AgentSettings settings)
      throws IOException {
    if (order.vm().networking().equals(Optional.of(Request.VmShape.BRIDGE))
        && settings.bridge().isEmpty()) {
      throw new IOException(
          "this host has no bridge for jobs with vm_networking_type = bridge; set"
              + " VM_NETWORKING_BRIDGE_INTERFACE");
    }
    if (driver.overlayFormat() != OverlayFormat.VMDK
        && order.disks().stream().anyMatch(disk -> disk.inPlace().isPresent())) {
      throw new IOException(
          "hypervisor " + driver.name() + " uses no disks on a shared file system where they lie");
    }
    String domain = settings.machine().fileSystemDomain();
    for (Request.DiskOrder disk : order.disks()) {
      Optional<String> other =
          disk.inPlace()
              .map(Request.InPlace::fileSystemDomain)
              .filter(d -> !d.equalsIgnoreCase(domain));
      if (other.isPresent()) {
        throw new IOException(
            "%s is a file of FILESYSTEM_DOMAIN = %s, and this host is in %s"
                .formatted(disk.inPlace().get().path(), other.get(), domain));
      }
    }
    Optional<String> unfit =
        driver.unfit(
            spec(job, directory, order.vm(), List.of(), settings.machine(), settings.bridge()));
    if (unfit.isPresent()) {
      throw new ProtocolException(ErrorCode.JOB_UNFIT, job + ": " + unfit.get());
    }
  }

  /// What a driver threw, as the submit host is told: a job that would fail everywhere is not tried
  /// again.
  static IOException refusal(IOException thrown) {
    return thrown instanceof VmException e && e.reason() == VmException.Reason.JOB_UNFIT
        ? new ProtocolException(ErrorCode.JOB_UNFIT, e.getMessage())
        : thrown;
  }

  static VmSpec spec(
      String job,
      Path directory,
      Request.VmShape shape,
      List<VmDrive> drives,
      MachinePolicy host,
      Optional<String> bridge) {
    VmSpec spec = VmSpec.of(job, directory, shape.memoryMiB(), shape.vcpus(), drives);
    if (shape.networking().isPresent()) {
      spec = spec.withNetwork(network(shape, host, bridge));
    }
    if (shape.vmware().isPresent()) {
      Request.VmwareShape vmware = shape.vmware().get();
      spec =
          spec.withVmware(new VmwareGuest(vmware.vmx(), vmware.snapshotDisk(), vmware.inPlace()));
    }
    if (shape.xen().isPresent()) {
      spec = withKernel(spec, shape.xen().get(), directory, host);
    }
    return shape.vnc() ? spec.withVnc() : spec;
  }

  private static VmSpec withKernel(
      VmSpec spec, Request.XenShape xen, Path directory, MachinePolicy host) {
    if (xen.kernel().isEmpty()) {
      return spec.withBootLoader(host.xenBootLoader());
    }
    return spec.withKernel(
        new VmKernel(
            ClaimFiles.file(directory, xen.kernel().get()),
            xen.initrd().map(name -> ClaimFiles.file(directory, name)),
            xen.root(),
            xen.params()));
  }

  /// `nat` is the hypervisor's own network, which needs no privilege; a job without a wish gets
  /// what the host's administrator chose.
  private static VmNetwork network(
      Request.VmShape shape, MachinePolicy host, Optional<String> bridge) {
    String type =
        shape
            .networking()
            .filter(asked -> !asked.equals(Request.VmShape.ANY_NETWORK))
            .orElse(host.defaultNetworking().word());
    return type.equals(Request.VmShape.BRIDGE)
        ? VmNetwork.bridge(bridge.orElseThrow(), shape.macAddress())
        : VmNetwork.user(shape.macAddress());
  }
}
