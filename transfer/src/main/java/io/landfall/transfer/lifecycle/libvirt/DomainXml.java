package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmNetwork.Kind;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// What libvirt is told of a VM.
///
/// Formats are always said and never guessed, and the backing file of an overlay is named here and
/// not in the overlay. A crashed guest is kept until it was seen: libvirt calls a domain whose
/// hypervisor vanished crashed too, and only this tells the two apart. A reboot does not end a
/// domain.
final class DomainXml {
  /// HTCondor's floor: libvirt's guests do not start with less.
  private static final int MIN_MEMORY_MIB = 32;

  private static final int IDE_UNITS_PER_BUS = 2;

  private final VmSpec spec;
  private final LibvirtSettings settings;
  private final boolean xen;
  private final UUID uuid;
  private final XMLStreamWriter xml;

  private DomainXml(VmSpec spec, LibvirtSettings settings, UUID uuid, XMLStreamWriter xml) {
    this.spec = spec;
    this.uuid = uuid;
    this.settings = settings;
    this.xen = settings.domainType() == DomainType.XEN;
    this.xml = xml;
  }

  /// The domain's name: the job's, in characters that libvirt takes.
  static String nameOf(String jobId) {
    return jobId.replaceAll("[^A-Za-z0-9_.@+-]", "_");
  }

  /// The description of a VM.
  ///
  /// @param uuid the machine's own number, which a guest sees and which stays wherever it goes on
  /// @throws VmException if the VM asks for what this hypervisor has not
  static String of(VmSpec spec, LibvirtSettings settings, UUID uuid) throws VmException {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      new DomainXml(spec, settings, uuid, writer).domain();
      writer.close();
    } catch (XMLStreamException e) {
      throw new VmException(Reason.FAILED_TO_START, spec.jobId() + ": " + e.getMessage(), e);
    }
    return text.toString();
  }

  static int memoryMiB(VmSpec spec) {
    return Math.max(MIN_MEMORY_MIB, spec.memoryMiB());
  }

  private void domain() throws XMLStreamException, VmException {
    open("domain", "type", settings.domainType().word());
    text("name", nameOf(spec.jobId()));
    text("uuid", uuid.toString());
    text("memory", Integer.toString(memoryMiB(spec)), "unit", "MiB");
    text("vcpu", Integer.toString(spec.vcpus()));
    operatingSystem();
    if (!paravirtualized()) {
      open("features");
      empty("acpi");
      empty("apic");
      empty("pae");
      close();
    }
    if (!xen) {
      open("cpu", "mode", "custom", "match", "exact", "check", "none");
      text("model", "Nehalem", "fallback", "forbid");
      close();
    }
    text("on_poweroff", "destroy");
    text("on_reboot", "restart");
    text("on_crash", "preserve");
    devices();
    close();
    xml.flush();
  }

  /// A Xen guest whose kernel is not found by a BIOS.
  private boolean paravirtualized() {
    return xen && (spec.kernel().isPresent() || spec.bootLoader().isPresent());
  }

  private void operatingSystem() throws XMLStreamException {
    if (spec.bootLoader().isPresent()) {
      text("bootloader", spec.bootLoader().get());
    }
    open("os");
    if (paravirtualized()) {
      text("type", "linux");
    } else if (xen) {
      text("type", "hvm");
      empty("boot", "dev", "hd");
    } else {
      text("type", "hvm", "arch", "x86_64", "machine", "pc");
    }
    if (spec.kernel().isPresent()) {
      kernel(spec.kernel().get());
    }
    close();
  }

  private void kernel(VmKernel kernel) throws XMLStreamException {
    text("kernel", absolute(kernel.kernel()));
    if (kernel.initrd().isPresent()) {
      text("initrd", absolute(kernel.initrd().get()));
    }
    text("cmdline", kernel.wholeCommandLine());
  }

  private void devices() throws XMLStreamException, VmException {
    open("devices");
    boolean scsi = false;
    for (int i = 0; i < spec.drives().size(); i++) {
      disk(spec.drives().get(i), i);
      scsi |= spec.drives().get(i).bus() == VmDrive.Bus.SCSI;
    }
    if (scsi && !xen) {
      empty("controller", "type", "scsi", "index", "0", "model", "virtio-scsi");
    }
    network();
    console();
    if (spec.vnc()) {
      open("graphics", "type", "vnc", "autoport", "yes");
      empty("listen", "type", "address", "address", "127.0.0.1");
      close();
    }
    if (!xen) {
      empty("memballoon", "model", "none");
      empty("panic", "model", "isa");
      empty("watchdog", "model", "i6300esb", "action", "pause");
    }
    close();
  }

  private void disk(VmDrive drive, int index) throws XMLStreamException, VmException {
    boolean writable = drive.overlay().isPresent();
    open("disk", "type", "file", "device", drive.cdrom() ? "cdrom" : "disk");
    if (xen) {
      empty("driver", "name", "qemu", "type", writable ? "qcow2" : "raw");
    } else {
      empty(
          "driver",
          "name",
          "qemu",
          "type",
          writable ? "qcow2" : "raw",
          "error_policy",
          "stop",
          "rerror_policy",
          "stop",
          "discard",
          "unmap");
    }
    empty("source", "file", absolute(writable ? drive.overlay().get() : drive.base()));
    if (writable) {
      open("backingStore", "type", "file");
      empty("format", "type", "raw");
      empty("source", "file", absolute(drive.base()));
      empty("backingStore");
      close();
    }
    empty("target", "dev", target(drive), "bus", bus(drive));
    if (!writable) {
      empty("readonly");
    }
    if (!xen) {
      empty("boot", "order", Integer.toString(index + 1));
    }
    close();
  }

  /// Libvirt names whole disks; a partition's number is only a user's way to say it.
  private String target(VmDrive drive) {
    return xen ? drive.device() : drive.device().replaceAll("[0-9]+$", "");
  }

  private String bus(VmDrive drive) throws VmException {
    if (xen && paravirtualized()) {
      return "xen";
    }
    return switch (drive.bus()) {
      case IDE -> {
        if (drive.unit() >= 2 * IDE_UNITS_PER_BUS) {
          throw unavailable(drive, "IDE has hda to hdd");
        }
        yield "ide";
      }
      case SCSI -> "scsi";
      case VIRTIO -> {
        if (xen) {
          throw unavailable(drive, "Xen has no virtio; use xvda or hda");
        }
        yield "virtio";
      }
      case XEN -> {
        if (!xen) {
          throw unavailable(drive, "KVM has no Xen disks; use vda, sda or hda");
        }
        yield "xen";
      }
    };
  }

  private static VmException unavailable(VmDrive drive, String why) {
    return new VmException(
        Reason.FAILED_TO_START, "device '%s': %s".formatted(drive.device(), why));
  }

  private void network() throws XMLStreamException {
    VmNetwork network = spec.network();
    if (network.kind() == Kind.NONE) {
      return;
    }
    if (network.kind() == Kind.BRIDGE) {
      open("interface", "type", "bridge");
      empty("source", "bridge", network.bridge());
    } else if (settings.natNetwork().isPresent()) {
      open("interface", "type", "network");
      empty("source", "network", settings.natNetwork().get());
    } else {
      open("interface", "type", "user");
    }
    empty("mac", "address", network.addressFor(spec.jobId()).toLowerCase(Locale.ROOT));
    if (!xen) {
      empty("model", "type", "virtio");
    }
    close();
  }

  private void console() throws XMLStreamException {
    if (paravirtualized()) {
      empty("console", "type", "pty");
      return;
    }
    open("serial", "type", "file");
    empty("source", "path", absolute(spec.consoleFile()), "append", "on");
    empty("target", "port", "0");
    close();
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().toString();
  }

  private void open(String element, String... attributes) throws XMLStreamException {
    xml.writeStartElement(element);
    attributes(attributes);
  }

  private void empty(String element, String... attributes) throws XMLStreamException {
    xml.writeEmptyElement(element);
    attributes(attributes);
  }

  private void attributes(String... pairs) throws XMLStreamException {
    for (int i = 0; i < pairs.length; i += 2) {
      xml.writeAttribute(pairs[i], checked(pairs[i + 1]));
    }
  }

  private void text(String element, String content, String... attributes)
      throws XMLStreamException {
    open(element, attributes);
    xml.writeCharacters(checked(content));
    close();
  }

  private void close() throws XMLStreamException {
    xml.writeEndElement();
  }

  /// XML has no way to write a control character.
  private static String checked(String text) throws XMLStreamException {
    if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f || c >= 0xfffe)) {
      throw new XMLStreamException("a name has a character that XML cannot carry: " + text.strip());
    }
    return text;
  }
}
