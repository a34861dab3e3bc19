package io.landfall.transfer.lifecycle.vmware;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmwareGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Makes the `.vmx` that VMware is given: of the user's, what is on a short list; of the job's, the
/// rest. A `.vmx` can name devices of the host, shared folders and programs, so what is not known
/// to be harmless is left out, as HTCondor does.
final class VmxRewrite {
  private static final List<String> KEPT =
      List.of("config.", "virtualhw.", "guestos", "ethernet0.virtualdev");
  private static final Pattern CONTROLLER =
      Pattern.compile("(?:scsi|ide)\\d\\.(?:present|virtualdev)");
  private static final Pattern SERIAL = Pattern.compile("((?:serial|parallel)\\d)\\.\\w+");
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._ -]{0,200}");

  private VmxRewrite() {}

  static VmxFile of(VmxFile users, VmSpec spec, VmwareSettings.Host host) throws IOException {
    VmxFile vmx = VmxFile.empty();
    users.keys().stream()
        .filter(key -> isKept(users, key.toLowerCase(Locale.ROOT)))
        .forEach(key -> vmx.set(key, users.get(key).orElseThrow()));
    spec.drives().forEach(drive -> addDrive(vmx, drive));
    vmx.set(".encoding", "UTF-8")
        .set("memsize", spec.memoryMiB())
        .set("numvcpus", spec.vcpus())
        .set("displayName", spec.jobId().replace('"', '_'))
        .set("uuid.action", "keep")
        .set("disk.locking", "FALSE")
        .set("mainMem.useNamedFile", "TRUE") // memory in a file of its own, page for page
        .set("msg.autoAnswer", "TRUE"); // nobody is there to answer
    withFiles(vmx, users, spec);
    ofTheHost(vmx, spec.network(), host);
    return vmx;
  }

  /// `nvram` and floppies whose files came along.
  private static void withFiles(VmxFile vmx, VmxFile users, VmSpec spec) {
    came(users.get("nvram"), spec).ifPresent(name -> vmx.set("nvram", name));
    for (String floppy : List.of("floppy0", "floppy1")) {
      Optional<String> file = came(users.get(floppy + ".fileName"), spec);
      boolean there =
          users.says(floppy + ".present")
              && users.get(floppy + ".fileType").filter("file"::equalsIgnoreCase).isPresent()
              && file.isPresent();
      vmx.set(floppy + ".present", there ? "TRUE" : "FALSE");
      if (there) {
        vmx.set(floppy + ".fileType", "file").set(floppy + ".fileName", file.get());
      }
    }
  }

  private static Optional<String> came(Optional<String> name, VmSpec spec) {
    return name.filter(n -> PLAIN_NAME.matcher(n).matches())
        .filter(n -> Files.isRegularFile(spec.workDir().resolve(VmwareGuest.FILES).resolve(n)))
        .map(n -> VmwareGuest.FILES + "/" + n);
  }

  private static boolean isKept(VmxFile users, String key) {
    return KEPT.stream().anyMatch(key::startsWith)
        || CONTROLLER.matcher(key).matches()
        || isSerialFile(users, key);
  }

  /// A serial or parallel port may write a file in the VM's own directory.
  private static boolean isSerialFile(VmxFile users, String key) {
    Matcher matcher = SERIAL.matcher(key);
    return matcher.matches()
        && users.get(matcher.group(1) + ".fileType").filter("file"::equalsIgnoreCase).isPresent()
        && users
            .get(matcher.group(1) + ".fileName")
            .filter(name -> PLAIN_NAME.matcher(name).matches())
            .filter(name -> VmwareFiles.mayBeWrittenByAPort(name))
            .isPresent();
  }

  private static void addDrive(VmxFile vmx, VmDrive drive) {
    String slot = VmwareDisk.slotOf(drive.device());
    vmx.set(slot.substring(0, slot.indexOf(':')) + ".present", "TRUE")
        .set(slot + ".present", "TRUE")
        .set(slot + ".fileName", VmwareFiles.nameOf(drive))
        .set(slot + ".writeThrough", "TRUE");
    if (drive.cdrom()) {
      vmx.set(slot + ".deviceType", "cdrom-image");
    }
  }

  /// What depends on the host: the same for a VM that comes from another one.
  static void ofTheHost(VmxFile vmx, VmNetwork network, VmwareSettings.Host host)
      throws IOException {
    network(vmx, network, host);
    if (host.localSettings().isPresent()) {
      VmxFile local = VmxFile.parse("VMWARE_LOCAL_SETTINGS_FILE", host.localSettings().get());
      local.keys().forEach(key -> vmx.set(key, local.get(key).orElseThrow()));
    }
  }

  private static void network(VmxFile vmx, VmNetwork network, VmwareSettings.Host host) {
    Map<String, Object> card =
        switch (network.kind()) {
          case NONE -> Map.of("present", "FALSE");
          case USER -> Map.of("present", "TRUE", "connectionType", host.nat());
          case BRIDGE -> Map.of("present", "TRUE", "connectionType", host.bridge());
        };
    card.forEach((key, value) -> vmx.set("ethernet0." + key, value));
    if (network.kind() != VmNetwork.Kind.NONE) {
      vmx.set("ethernet0.addressType", network.mac().isPresent() ? "static" : "generated");
      network.mac().ifPresent(mac -> vmx.set("ethernet0.address", mac));
    }
  }

  /// The devices of a VM in words, for whoever compares two.
  static List<String> devices(VmSpec spec) {
    return spec.drives().stream()
        .flatMap(d -> Stream.of(d.device() + (d.cdrom() ? " cdrom" : "")))
        .collect(Collectors.toList());
  }
}
