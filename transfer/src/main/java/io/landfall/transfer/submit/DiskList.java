package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.FileNames;
import io.landfall.transfer.config.SourceSpan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads `vm_disk`: `file:device:permission[:format]`, separated by commas. Empty fields do not
/// count, and no character can be escaped, exactly as HTCondor has it.
final class DiskList {
  static final int MAX_DISKS = 64;

  private static final Pattern DEVICE = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,31}");

  private final JobScope scope;
  private final VmType type;
  private final InputFiles inputs;
  private final FileLookup files;
  private final Set<String> formats;
  private final Set<String> devices = new HashSet<>();
  private final Set<String> names = new HashSet<>();

  DiskList(JobScope scope, VmType type, InputFiles inputs, FileLookup files, Set<String> formats) {
    this.scope = scope;
    this.type = type;
    this.inputs = inputs;
    this.files = files;
    this.formats = formats;
  }

  List<VmDisk> read() {
    Optional<SourceSpan> value = scope.get("vm_disk");
    if (value.isEmpty()) {
      scope.missing(
          "S11",
          "vm_disk is missing (an empty value counts as unset)",
          "vm_disk = FILE:DEVICE:PERMISSION, such as guest.img:vda:w");
      return List.of();
    }
    List<SourceSpan> entries = value.get().tokens(c -> c == ',');
    if (entries.size() > MAX_DISKS) {
      scope.error("S12", value.get(), "more than " + MAX_DISKS + " disks", "");
      return List.of();
    }
    List<VmDisk> disks = new ArrayList<>();
    entries.forEach(entry -> disk(entry).ifPresent(disks::add));
    if (disks.isEmpty() && entries.isEmpty()) {
      scope.error("S11", value.get(), "vm_disk is missing: it names no disk", "");
    }
    return disks;
  }

  private Optional<VmDisk> disk(SourceSpan entry) {
    List<SourceSpan> fields = entry.tokens(c -> c == ':');
    if (fields.size() < 3) {
      scope.error(
          "S12",
          entry,
          "vm_disk entry needs file:device:permission (empty fields do not count), not " + entry,
          "such as guest.img:vda:w, or guest.qcow2:vda:w:qcow2 with the format");
      return Optional.empty();
    }
    if (fields.size() > 4) {
      scope.error(
          "S13",
          fields.get(4),
          "vm_disk entry has too many fields: " + entry,
          "file:device:permission:format; a name with a colon cannot be written");
      return Optional.empty();
    }
    SourceSpan file = fields.get(0);
    boolean named = checkName(file);
    boolean wired = checkDevice(fields.get(1));
    Permission permission = permission(fields.get(2));
    Optional<String> format = fields.size() < 4 ? Optional.empty() : format(fields.get(3));
    if (!named || !wired) {
      return Optional.empty();
    }
    VmDisk disk =
        new VmDisk(
            file.text(),
            lower(fields.get(1)),
            permission,
            format,
            file.text().startsWith("/") ? Optional.empty() : inputs.source(file.text()));
    if (permission.writable() && disk.cdrom()) {
      scope.warning(
          fields.get(2), disk.file() + " is a CD-ROM, which no guest can write", "write r");
    }
    return Optional.of(disk);
  }

  private boolean checkName(SourceSpan file) {
    String name = file.text();
    String base = FileNames.base(name);
    if (leaves(name)) {
      scope.error(
          "L01",
          file,
          "vm_disk name " + name + " leaves the directory tree it may use",
          "the bare name of a transferred file, or a full path without . and ..");
      return false;
    }
    if (!names.add(name)) {
      scope.error("L03", file, "vm_disk names " + name + " twice", "one device per file");
      return false;
    }
    if (name.indexOf('/') >= 0 && inputs.has(base)) {
      scope.error(
          "T01",
          file,
          "vm_disk names a transferred file with a path; use the bare name " + base,
          "HTCondor accepts this, and the guest then gets a path that does not exist there");
      return false;
    }
    if (!name.startsWith("/") && !inputs.has(name)) {
      scope.error(
          "T02",
          file,
          name + " is not transferred, so it needs a full path",
          "add it to transfer_input_files, or give the full path on a shared file system; HTCondor"
              + " accepts this and later holds the job: VMGAHP_ERR_JOBCLASSAD_"
              + type
              + "_INVALID_DISK_PARAM");
      return false;
    }
    if (!name.startsWith("/") && inputs.source(name).isEmpty()) {
      scope.error(
          "L10",
          file,
          "the disk " + name + " comes from a URL, and disks are landed from the submit host only",
          "download it, and name the file in transfer_input_files");
      return false;
    }
    if (name.startsWith("/") && !files.isReadableFile(Path.of(name))) {
      scope.warning(
          file, name + " cannot be read here", "every execute host must reach it by this path");
    }
    return true;
  }

  private static boolean leaves(String name) {
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.equals(".")) {
        return true;
      }
    }
    return name.endsWith("/") || name.indexOf('\0') >= 0;
  }

  private boolean checkDevice(SourceSpan device) {
    String name = lower(device);
    if (!DEVICE.matcher(name).matches()) {
      scope.error("L04", device, "not a device name: " + device, "such as vda, sda1, hdc or xvda");
      return false;
    }
    if (!devices.add(name)) {
      scope.error(
          "L03", device, "two disks are device " + name, "give each disk a device of its own");
      return false;
    }
    return true;
  }

  private Permission permission(SourceSpan word) {
    Optional<Permission> permission = Permission.named(word.text());
    if (permission.isEmpty()) {
      scope.warning(word, "permission " + word + " is read as r", "write r, w or rw");
    }
    return permission.orElse(Permission.READ);
  }

  private Optional<String> format(SourceSpan word) {
    String format = lower(word);
    if (!formats.isEmpty() && !formats.contains(format)) {
      scope.error(
          "L05",
          word,
          "no image format is called " + word,
          "one of " + String.join(", ", formats.stream().sorted().toList()));
    }
    return Optional.of(format);
  }

  private static String lower(SourceSpan word) {
    return word.text().toLowerCase(Locale.ROOT);
  }
}
