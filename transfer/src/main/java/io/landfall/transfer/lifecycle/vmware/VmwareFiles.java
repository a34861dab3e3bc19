package io.landfall.transfer.lifecycle.vmware;

import io.landfall.snapshot.device.Changes;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.snapshot.format.vmdk.VmdkParent;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmwareGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The files of a VM in its directory.
///
/// ```
///   guest.vmx                       what VMware is told; VMware adds to it
///   sda.vmdk                        what the guest writes: a delta, or a flat descriptor
///   sda-base.vmdk                   under a delta: descriptor of the landed image
///   sda-base-flat.vmdk                its content, a hard link that nobody writes to
///   sda-flat.vmdk                   without snapshot disk: a private copy of the landed image
///   hdc.iso                         a CD
///   files/                          what came with the guest besides: nvram, floppies
///   guest-….vmem, guest-….vmss      VMware's own: memory, and the rest of a suspended VM
/// ```
final class VmwareFiles {
  static final String VMX = "guest.vmx";

  private VmwareFiles() {}

  /// The configuration file by a path without links: VMware makes no snapshot through one.
  static Path vmx(Path workDir) throws IOException {
    return workDir.toRealPath().resolve(VMX);
  }

  static String nameOf(VmDrive drive) {
    return drive.device() + (drive.overlay().isPresent() ? ".vmdk" : ".iso");
  }

  /// Anything but what is listed above.
  static boolean mayBeWrittenByAPort(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".log") || lower.endsWith(".txt");
  }

  /// Makes the disks that do not exist, and notes them in `made`.
  static void makeDisks(VmSpec spec, VmwareGuest guest, List<Path> made) throws IOException {
    for (VmDrive drive : spec.drives()) {
      Path disk = spec.workDir().resolve(nameOf(drive));
      if (drive.overlay().isEmpty()) {
        link(drive.base(), disk);
      } else if (Files.notExists(disk)) {
        made.add(disk);
        if (guest.inPlace()) {
          makeDeltaInPlace(drive.base(), disk);
        } else if (guest.snapshotDisk()) {
          makeDelta(drive, disk);
        } else {
          makeCopy(drive, disk);
        }
      }
    }
  }

  private static void makeDelta(VmDrive drive, Path delta) throws IOException {
    Path base = delta.resolveSibling(drive.device() + "-base.vmdk");
    Path content = delta.resolveSibling(drive.device() + "-base-flat.vmdk");
    link(drive.base(), content);
    long size = Files.size(content);
    VmdkParent parent =
        VmdkWriter.writeFlatDescriptor(base, content.getFileName().toString(), size);
    VmdkWriter.createDelta(size, parent, delta);
  }

  /// Over a disk on a shared file system, which is read where it is.
  private static void makeDeltaInPlace(Path base, Path delta) throws IOException {
    try (VmdkImage parent = VmdkImage.openLayer(base)) {
      VmdkWriter.createDelta(
          parent.sizeBytes(), new VmdkParent(parent.cid(), base.toString()), delta);
    }
  }

  private static void makeCopy(VmDrive drive, Path descriptor) throws IOException {
    Path content = descriptor.resolveSibling(drive.device() + "-flat.vmdk");
    Files.deleteIfExists(content);
    try (RawFile source = RawFile.open(drive.base());
        RawFile target = RawFile.create(content, source.sizeBytes())) {
      Changes.apply(source, target);
    }
    VmdkWriter.writeFlatDescriptor(
        descriptor, content.getFileName().toString(), Files.size(content));
  }

  private static void link(Path from, Path to) throws IOException {
    Files.deleteIfExists(to);
    try {
      Files.createLink(to, from);
    } catch (IOException | UnsupportedOperationException e) {
      Files.createSymbolicLink(to, from); // another file system
    }
  }

  /// What the guest has written to, to be made durable.
  static List<Path> written(VmSpec spec) {
    return spec.drives().stream()
        .flatMap(d ->
            Stream.of(nameOf(d), d.device() + "-flat.vmdk").filter(_ -> d.overlay().isPresent()))
        .map(spec.workDir()::resolve)
        .filter(Files::exists)
        .toList();
  }

  /// Whether a VMware that ended left its memory or its locks: it did not end in order.
  static boolean leftInAHurry(Path workDir) throws IOException {
    try (var files = Files.list(workDir)) {
      return files
          .map(file -> file.getFileName().toString())
          .anyMatch(name -> name.endsWith(".vmem") || name.endsWith(".vmem.lck"));
    }
  }
}
