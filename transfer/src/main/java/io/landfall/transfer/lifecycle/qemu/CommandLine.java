package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmDrive.Bus;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmNetwork.Kind;
import io.landfall.transfer.lifecycle.VmSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// QEMU's arguments for a VM.
///
/// Everything is said in full: no default devices, no user configuration, every disk a graph of
/// named nodes with drivers, so that no file name and no file content is ever interpreted. File
/// names travel in JSON, where none of their characters means anything.
///
/// The order of parts gives them their addresses on the guest's buses: it must stay, or saved VMs
/// no longer load.
final class CommandLine {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int IDE_UNITS = 4;

  /// The RAM block's name is part of a saved state; this is what QEMU calls it without our file.
  private static final String RAM = "pc.ram";

  private final List<String> arguments = new ArrayList<>();
  private final VmSpec spec;
  private final RuntimeDir runtime;

  private CommandLine(VmSpec spec, RuntimeDir runtime) {
    this.spec = spec;
    this.runtime = runtime;
  }

  /// The arguments that load a VM, stopped.
  ///
  /// @param machine machine type, with or without version
  /// @param accelerator `tcg` or `kvm`
  /// @throws VmException if the VM asks for what QEMU has not
  static List<String> of(
      VmSpec spec,
      RuntimeDir runtime,
      String binary,
      String machine,
      String cpu,
      String accelerator)
      throws VmException {
    CommandLine line = new CommandLine(spec, runtime);
    line.add(binary);
    line.addMachine(machine, cpu, accelerator);
    line.addMonitorAndConsole();
    line.addDrives();
    line.addNetwork();
    line.addDisplay();
    line.addWatchdog();
    spec.kernel().ifPresent(line::addKernel);
    return List.copyOf(line.arguments);
  }

  private void add(String... more) {
    arguments.addAll(List.of(more));
  }

  private void addMachine(String machine, String cpu, String accelerator) {
    add("-name", nameArgument(spec.jobId()));
    add("-no-user-config", "-nodefaults", "-S");
    add("-sandbox", sandbox());
    add("-accel", accelerator, "-cpu", cpu);
    add("-machine", machine + ",memory-backend=" + RAM);
    add("-m", spec.memoryMiB() + "M", "-smp", Integer.toString(spec.vcpus()));
    Map<String, Object> ram = object("qom-type", "memory-backend-file", "id", RAM);
    ram.put("size", spec.memoryBytes());
    ram.put("mem-path", spec.memoryFile().toString());
    ram.put("share", true);
    addJson("-object", ram);
    add("-rtc", "base=utc");
    add("-boot", "strict=on");
    // A guest's end leaves the process there, to be asked and then told to quit.
    add("-action", "shutdown=pause,reboot=shutdown,panic=pause,watchdog=pause");
    addJson("-device", object("driver", "pvpanic"));
  }

  /// By which a VM's process is known.
  static String nameArgument(String jobId) {
    return "guest=" + escaped(jobId);
  }

  /// A bridge is entered through a helper that needs the privileges taken away here.
  private String sandbox() {
    return spec.network().kind() == Kind.BRIDGE
        ? "on,obsolete=deny"
        : "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
  }

  private void addMonitorAndConsole() {
    // The log keeps what the monitor says while nobody listens: how the guest ended, above all.
    add(
        "-chardev",
        "socket,id=monitor,server=on,wait=off,path=%s,logfile=%s,logappend=on"
            .formatted(escaped(runtime.monitor()), escaped(QemuFiles.monitorLog(spec.workDir()))));
    add("-mon", "chardev=monitor,mode=control");
    add("-pidfile", runtime.pidFile().toString());
    add("-chardev", "file,id=console,append=on,path=" + escaped(spec.consoleFile()));
    add("-serial", "chardev:console");
  }

  private void addDrives() throws VmException {
    if (spec.drives().stream().anyMatch(d -> d.bus() == Bus.SCSI)) {
      addJson("-device", object("driver", "virtio-scsi-pci", "id", "scsi"));
    }
    for (int i = 0; i < spec.drives().size(); i++) {
      addDrive(spec.drives().get(i), i);
    }
  }

  private void addDrive(VmDrive drive, int index) throws VmException {
    String name = drive.device();
    addJson(
        "-blockdev",
        drive.export().isPresent()
            ? BaseNodes.export(drive, drive.export().get())
            : BaseNodes.file(drive));
    addJson("-blockdev", BaseNodes.base(drive, BaseNodes.source(drive)));
    String top = BaseNodes.name(drive);
    if (drive.overlay().isPresent()) {
      top = addOverlay(topNode(drive), drive.overlay().get(), top);
    }
    if (drive.upper().filter(Files::exists).isPresent()) {
      top = addOverlay(upperNode(drive), drive.upper().get(), top);
    }
    Map<String, Object> device = controller(drive);
    device.put("id", name);
    device.put("drive", top);
    device.put("bootindex", index + 1);
    // Stop instead of telling the guest: a full disk on the host is not the guest's fault.
    device.put("rerror", "stop");
    device.put("werror", "stop");
    addJson("-device", device);
  }

  /// The node of a drive's overlay.
  static String topNode(VmDrive drive) {
    return drive.device() + "-top";
  }

  /// The node of the layer that covers the overlay while that is frozen.
  static String upperNode(VmDrive drive) {
    return drive.device() + "-upper";
  }

  private String addOverlay(String node, Path overlay, String backing) {
    Map<String, Object> file = object("driver", "file", "node-name", node + "-file");
    file.put("filename", overlay.toAbsolutePath().toString());
    file.put("discard", "unmap");
    addJson("-blockdev", file);
    Map<String, Object> top = object("driver", "qcow2", "node-name", node);
    top.put("file", node + "-file");
    top.put("backing", backing);
    top.put("discard", "unmap");
    top.put("detect-zeroes", "unmap");
    addJson("-blockdev", top);
    return node;
  }

  private static Map<String, Object> controller(VmDrive drive) throws VmException {
    return switch (drive.bus()) {
      case VIRTIO -> object("driver", "virtio-blk-pci");
      case SCSI -> {
        Map<String, Object> scsi = object("driver", drive.cdrom() ? "scsi-cd" : "scsi-hd");
        scsi.put("bus", "scsi.0");
        scsi.put("scsi-id", drive.unit());
        yield scsi;
      }
      case IDE -> ide(drive);
      case XEN -> throw unavailable(drive, "QEMU alone has no Xen disks; use vda, sda or hda");
    };
  }

  private static Map<String, Object> ide(VmDrive drive) throws VmException {
    if (drive.unit() >= IDE_UNITS) {
      throw unavailable(drive, "IDE has hda to hdd; use vda or sda");
    }
    if (!drive.cdrom() && drive.overlay().isEmpty()) {
      throw unavailable(drive, "an IDE disk cannot be read-only; use vda or sda");
    }
    Map<String, Object> ide = object("driver", drive.cdrom() ? "ide-cd" : "ide-hd");
    ide.put("bus", "ide." + drive.unit() / 2);
    ide.put("unit", drive.unit() % 2);
    return ide;
  }

  private static VmException unavailable(VmDrive drive, String why) {
    return new VmException(
        Reason.FAILED_TO_START, "device '%s': %s".formatted(drive.device(), why));
  }

  private void addNetwork() {
    VmNetwork network = spec.network();
    switch (network.kind()) {
      case NONE -> {
        return;
      }
      case USER -> addJson("-netdev", object("type", "user", "id", "net"));
      case BRIDGE -> {
        Map<String, Object> bridge = object("type", "bridge", "id", "net");
        bridge.put("br", network.bridge());
        addJson("-netdev", bridge);
      }
    }
    Map<String, Object> card = object("driver", "virtio-net-pci", "netdev", "net");
    card.put("mac", network.addressFor(spec.jobId()));
    card.put("romfile", "");
    addJson("-device", card);
  }

  private void addDisplay() {
    if (spec.vnc()) {
      addJson("-device", object("driver", "VGA", "id", "video"));
      add("-display", "none", "-vnc", "unix:" + escaped(runtime.display()));
    } else {
      add("-display", "none");
    }
  }

  /// Inert until the guest's driver arms it. It comes last, so that the devices before it have the
  /// addresses that they had without it.
  private void addWatchdog() {
    addJson("-device", object("driver", "i6300esb", "id", "watchdog"));
  }

  private void addKernel(VmKernel kernel) {
    add("-kernel", kernel.kernel().toAbsolutePath().toString());
    kernel.initrd().ifPresent(initrd -> add("-initrd", initrd.toAbsolutePath().toString()));
    add("-append", kernel.wholeCommandLine());
  }

  private void addJson(String option, Map<String, Object> value) {
    add(option, JSON.writeValueAsString(value));
  }

  private static Map<String, Object> object(String... pairs) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      object.put(pairs[i], pairs[i + 1]);
    }
    return object;
  }

  /// For the few options that take no JSON: a comma ends a value unless it is doubled.
  private static String escaped(Object value) {
    return value.toString().replace(",", ",,");
  }
}
