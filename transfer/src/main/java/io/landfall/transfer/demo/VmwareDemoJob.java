package io.landfall.transfer.demo;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.lifecycle.HostProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A job with a `vmware_dir`: a `.vmx` and a disk in several files (twoGbMaxExtentSparse).
///
/// Its result is a delta in `results` that points back to the disk, which stays as it was; on
/// Player, which has no snapshots, the whole disk.
final class VmwareDemoJob implements DemoJob {
  private static final HostProgram QEMU_IMG =
      new HostProgram("qemu-img", "install qemu-utils, which makes the demo's VMDK files");
  private static final String VMX =
      """
      .encoding = "UTF-8"
      config.version = "8"
      virtualHW.version = "8"
      guestOS = "other"
      ide0:0.present = "TRUE"
      ide0:0.fileName = "demo.vmdk"
      serial0.present = "TRUE"
      serial0.fileType = "file"
      serial0.fileName = "console.log"
      """;
  private static final String CD =
      """
      ide1:0.present = "TRUE"
      ide1:0.deviceType = "cdrom-image"
      ide1:0.fileName = "seed.iso"
      """;

  private final DemoOptions options;
  private final Path directory;
  private final Path raw;
  private final Path guest;
  private Map<String, String> before = Map.of();

  VmwareDemoJob(DemoOptions options) throws IOException {
    if (options.extras().contains(DemoExtra.READ_ONLY_DISK)) {
      throw new IOException(
          "a demo on VMware has no read-only-disk: a .vmx cannot ask for one; leave it out");
    }
    this.options = options;
    this.directory = options.directory();
    this.raw = directory.resolve("images").resolve("demo.img");
    this.guest = directory.resolve("guest");
  }

  private boolean snapshots() {
    return !options.hypervisor().startsWith("vmware-player");
  }

  @Override
  public Path make() throws IOException {
    Files.createDirectories(raw.getParent());
    Files.createDirectories(guest);
    Files.createDirectories(result().getParent());
    DemoImage.write(
        raw,
        options.imageBytes(),
        options.dataBytes(),
        options.seed(),
        new WorkPlan(options.steps(), options.perStep()));
    split(raw, guest.resolve("demo.vmdk"));
    boolean cd = options.extras().contains(DemoExtra.CDROM);
    if (cd) {
      DemoExtra.CDROM.write(guest);
    }
    Files.writeString(guest.resolve("demo.vmx"), VMX + (cd ? CD : ""));
    before = contents();
    String files =
        """
        # all files of this directory are sent; what changes goes to a snapshot disk
        vmware_dir              = %s
        vmware_should_transfer_files = true
        vmware_snapshot_disk    = %s
        initialdir              = %s
        """
            .formatted(guest, snapshots(), result().getParent());
    return Files.writeString(
        directory.resolve("demo.sub"),
        DemoJob.head(options, "vmware") + files + DemoJob.tail(options));
  }

  private static void split(Path from, Path to) throws IOException {
    HostProgram.Answer answer =
        QEMU_IMG.ask(
            List.of(
                "qemu-img",
                "convert",
                "-O",
                "vmdk",
                "-o",
                "subformat=twoGbMaxExtentSparse",
                from.toString(),
                to.toString()),
            "convert");
    if (!answer.good()) {
      throw new IOException("qemu-img convert " + from + ": " + answer.text());
    }
  }

  /// VMware's own `vmrun` if there is one, else the stand-in.
  @Override
  public Map<String, String> hostSettings() throws IOException {
    String hypervisor = options.hypervisor();
    if (options.remark().isPresent()) {
      Path program = directory.resolve("vmrun-stand-in").resolve("vmrun");
      if (Files.notExists(program)) {
        StandInVmrun.install(program.getParent());
      }
      hypervisor += "@" + program;
    }
    return Map.of("LANDFALL_HYPERVISOR", hypervisor, "VM_TYPE", "vmware");
  }

  @Override
  public Path image() {
    return guest.resolve("demo.vmdk");
  }

  @Override
  public BlockDevice original() throws IOException {
    return RawFile.open(raw);
  }

  @Override
  public Path result() {
    return directory.resolve("results").resolve(snapshots() ? "demo-000001.vmdk" : "demo.vmdk");
  }

  @Override
  public BlockDevice returned() throws IOException {
    VmdkImage layer = VmdkImage.openLayer(result());
    return layer.hasParent() ? LayeredDevice.over(layer, VmdkImage.openLayer(image())) : layer;
  }

  /// What the guest was made of is as it was, and the delta points back at it.
  @Override
  public List<String> faults(List<JobEvent> events) throws IOException {
    List<String> faults = new ArrayList<>();
    if (!contents().equals(before)) {
      faults.add("vmware_dir has changed: it was " + before + " and is " + contents());
    }
    if (before.keySet().stream().noneMatch(name -> name.endsWith("-s002.vmdk"))) {
      faults.add("the disk is in one file, so nothing was shown of a split one");
    }
    if (snapshots() && Files.exists(result())) {
      try (VmdkImage delta = VmdkImage.openLayer(result())) {
        if (!delta.parentName().filter(image().toString()::equals).isPresent()) {
          faults.add(result() + " points back to " + delta.parentName() + ", not to " + image());
        }
      }
    }
    return faults;
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(guest)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Demo.imageId(RawFile.open(file)));
      }
    }
    return contents;
  }
}
