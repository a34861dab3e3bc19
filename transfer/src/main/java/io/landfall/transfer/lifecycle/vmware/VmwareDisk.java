package io.landfall.transfer.lifecycle.vmware;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A disk or CD that a `.vmx` names.
///
/// Its device is what a Linux guest calls it on that controller: `scsi0:0` is `sda`, `ide1:0` is
/// `hdc`.
///
/// @param device `sda`, `hdc`
/// @param file as the `.vmx` names it
/// @param cdrom whether it is an ISO image
public record VmwareDisk(String device, String file, boolean cdrom) {
  private static final int SCSI_UNITS = 16;
  private static final int LETTERS = 26;
  private static final Pattern SLOT =
      Pattern.compile("(scsi|ide|sata|nvme)(\\d+):(\\d+)\\..*", Pattern.CASE_INSENSITIVE);
  private static final Set<String> DRIVES_OF_THE_HOST = Set.of("atapi-cdrom", "cdrom-raw");
  private static final Set<String> HARD_DISKS = Set.of("", "scsi-harddisk", "ata-harddisk", "disk");

  /// The disks of a `.vmx`; CD drives of the computer that it was made on are none.
  ///
  /// @param name the file's, for messages
  /// @throws IOException naming a disk that cannot go with a job, and what would be right
  public static List<VmwareDisk> of(String name, VmxFile vmx) throws IOException {
    Set<String> slots = new TreeSet<>();
    for (String key : vmx.keys()) {
      Matcher matcher = SLOT.matcher(key);
      if (matcher.matches()) {
        slots.add(key.substring(0, key.indexOf('.')).toLowerCase(Locale.ROOT));
      }
    }
    List<VmwareDisk> disks = new ArrayList<>();
    for (String slot : slots) {
      if (isThere(vmx, slot)) {
        disks.add(disk(name, vmx, slot));
      }
    }
    if (disks.stream().allMatch(VmwareDisk::cdrom)) {
      throw new IOException(name + ": names no disk; a job needs one on scsi0 or ide0");
    }
    return disks;
  }

  private static boolean isThere(VmxFile vmx, String slot) {
    return vmx.says(slot + ".present") && !DRIVES_OF_THE_HOST.contains(type(vmx, slot));
  }

  private static VmwareDisk disk(String name, VmxFile vmx, String slot) throws IOException {
    String type = type(vmx, slot);
    boolean cdrom = type.equals("cdrom-image");
    if (!cdrom && !HARD_DISKS.contains(type)) {
      throw new IOException(
          "%s: %s.deviceType is %s; a job may have virtual disks and cdrom-image"
              .formatted(name, slot, type));
    }
    String file = vmx.get(slot + ".fileName").orElse("");
    if (file.isEmpty()) {
      throw new IOException("%s: %s is present and names no file".formatted(name, slot));
    }
    return new VmwareDisk(deviceAt(name, slot), file, cdrom);
  }

  private static String type(VmxFile vmx, String slot) {
    return vmx.get(slot + ".deviceType").orElse("").toLowerCase(Locale.ROOT);
  }

  private static String deviceAt(String name, String slot) throws IOException {
    Matcher matcher = SLOT.matcher(slot + ".");
    if (matcher.matches() && matcher.group(2).length() == 1 && matcher.group(3).length() <= 2) {
      int controller = Integer.parseInt(matcher.group(2));
      int unit = Integer.parseInt(matcher.group(3));
      int scsi = controller * SCSI_UNITS + unit;
      if (matcher.group(1).equals("scsi") && unit < SCSI_UNITS && scsi < LETTERS) {
        return "sd" + (char) ('a' + scsi);
      }
      if (matcher.group(1).equals("ide") && controller < 2 && unit < 2) {
        return "hd" + (char) ('a' + 2 * controller + unit);
      }
    }
    throw new IOException(
        "%s: a disk on %s cannot go with a job; move it to scsi0 or ide0".formatted(name, slot));
  }

  /// Where a device is in a `.vmx`.
  static String slotOf(String device) {
    int index = device.charAt(2) - 'a';
    return device.startsWith("hd")
        ? "ide%d:%d".formatted(index / 2, index % 2)
        : "scsi%d:%d".formatted(index / SCSI_UNITS, index % SCSI_UNITS);
  }
}
