package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmNetwork.Kind;
import io.landfall.transfer.lifecycle.VmSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A Xen guest as a file for `xl`, Xen's own tool: for whoever wants to see or start by hand what
/// libvirt is told.
///
/// @see "xl.cfg(5)"
final class XlConfig {
  private XlConfig() {}

  static String of(VmSpec spec) {
    List<String> lines = new ArrayList<>();
    lines.add("name = " + quoted(DomainXml.nameOf(spec.jobId())));
    boolean paravirtualized = spec.kernel().isPresent() || spec.bootLoader().isPresent();
    lines.add("type = " + quoted(paravirtualized ? "pv" : "hvm"));
    lines.add("memory = " + DomainXml.memoryMiB(spec));
    lines.add("vcpus = " + spec.vcpus());
    spec.bootLoader().ifPresent(program -> lines.add("bootloader = " + quoted(program)));
    spec.kernel().ifPresent(kernel -> kernel(kernel, lines));
    lines.add(
        "disk = "
            + spec.drives().stream()
                .map(XlConfig::disk)
                .collect(Collectors.joining(", ", "[ ", " ]")));
    network(spec, lines);
    if (spec.vnc()) {
      lines.add("vnc = 1");
    }
    lines.add("on_poweroff = \"destroy\"");
    lines.add("on_reboot = \"restart\"");
    lines.add("on_crash = \"preserve\"");
    return String.join("\n", lines) + "\n";
  }

  private static void kernel(VmKernel kernel, List<String> lines) {
    lines.add("kernel = " + quoted(kernel.kernel().toAbsolutePath().toString()));
    kernel.initrd().ifPresent(i -> lines.add("ramdisk = " + quoted(i.toAbsolutePath().toString())));
    kernel
        .root()
        .ifPresent(
            root -> lines.add("root = " + quoted(root.startsWith("/") ? root : "/dev/" + root)));
    if (!kernel.commandLine().isEmpty()) {
      lines.add("extra = " + quoted(kernel.commandLine()));
    }
  }

  /// `target=` takes the rest of the text as it is, commas included, so it comes last.
  private static String disk(VmDrive drive) {
    boolean writable = drive.overlay().isPresent();
    return quoted(
        "format=%s, vdev=%s, access=%s, %starget=%s"
            .formatted(
                writable ? "qcow2" : "raw",
                drive.device(),
                writable ? "rw" : "ro",
                drive.cdrom() ? "devtype=cdrom, " : "",
                drive.overlay().orElse(drive.base()).toAbsolutePath()));
  }

  private static void network(VmSpec spec, List<String> lines) {
    VmNetwork network = spec.network();
    if (network.kind() != Kind.NONE) {
      String mac = "mac=" + network.addressFor(spec.jobId());
      lines.add(
          "vif = [ "
              + quoted(network.kind() == Kind.BRIDGE ? mac + ", bridge=" + network.bridge() : mac)
              + " ]");
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
