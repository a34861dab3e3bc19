package io.landfall.transfer.lifecycle;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// One disk of a VM.
///
/// @param device the guest's name for it, which chooses the controller: `vda` virtio, `hda` IDE,
///   `sda` SCSI, `xvda` Xen
/// @param base raw content, never written; may be absent while there is an `export`
/// @param overlay where writes go; absent for a disk that the guest cannot write
/// @param cdrom whether the guest sees a CD drive; always read-only
/// @param export a Unix socket where an NBD server has the content of `base` until that has landed,
///   under the device's name; only for drivers that [HypervisorDriver#runsOnExports]
public record VmDrive(
    String device, Path base, Optional<Path> overlay, boolean cdrom, Optional<Path> export) {
  private static final Pattern DEVICE = Pattern.compile("(?:hd|sd|vd|xvd)([a-z])[0-9]{0,2}");

  /// What connects a drive to the guest.
  public enum Bus {
    IDE,
    SCSI,
    VIRTIO,
    XEN
  }

  public VmDrive {
    Objects.requireNonNull(base);
    if (!DEVICE.matcher(device).matches()) {
      throw new IllegalArgumentException(
          "device '%s': expected hda, sda, vda or xvda and the like".formatted(device));
    }
    if (cdrom && overlay.isPresent()) {
      throw new IllegalArgumentException("device '%s': a CD cannot be written".formatted(device));
    }
  }

  /// A drive whose base is here.
  public VmDrive(String device, Path base, Optional<Path> overlay, boolean cdrom) {
    this(device, base, overlay, cdrom, Optional.empty());
  }

  /// The same, read over NBD until its base has landed.
  public VmDrive withExport(Path socket) {
    return new VmDrive(device, base, overlay, cdrom, Optional.of(socket));
  }

  /// A disk that the guest can write.
  public static VmDrive writable(String device, Path base, Path overlay) {
    return new VmDrive(device, base, Optional.of(overlay), false);
  }

  /// A disk that the guest can only read.
  public static VmDrive readOnly(String device, Path base) {
    return new VmDrive(device, base, Optional.empty(), false);
  }

  /// Where writes go while [#overlay] is frozen. It exists exactly then.
  public Optional<Path> upper() {
    return overlay.map(VmDrive::upperOf);
  }

  /// The upper layer that belongs to an overlay.
  public static Path upperOf(Path overlay) {
    return overlay.resolveSibling(overlay.getFileName() + ".upper");
  }

  /// The controller that the name asks for.
  public Bus bus() {
    return switch (device.charAt(0)) {
      case 'h' -> Bus.IDE;
      case 's' -> Bus.SCSI;
      case 'v' -> Bus.VIRTIO;
      default -> Bus.XEN;
    };
  }

  /// The drive's place on its bus: 0 for `vda`, 1 for `vdb`. A partition's number says nothing: a
  /// hypervisor offers whole disks, and `sda1` is what users write for the first of them.
  public int unit() {
    return device.charAt(device.startsWith("xvd") ? 3 : 2) - 'a';
  }
}
