package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.TestVmrun;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs with a `vmware_dir`, from submit to a result, on hosts whose `vmrun` is the stand-in, which
/// boots their disks in QEMU.
class VmwareDirIT {
  private static final Map<String, String> VMWARE = Map.of("VM_TYPE", "vmware");

  @TempDir Path directory;

  @Test
  void aJobWithSplitDisksIsEvictedAndResumedAndItsResultPointsBackAtItsBase() throws Exception {
    Path guest = guest(new WorkPlan(300, Duration.ofMillis(20)));
    Map<String, String> before = contents(guest);
    Path results = Files.createDirectory(directory.resolve("results"));
    try (Pool pool = pool("vmware", "one", "two")) {
      String job =
          pool.submit(
              submitFile(
                  """
                  vmware_should_transfer_files = true
                  vm_checkpoint = true
                  initialdir = results
                  """
                      .replace("results", results.toString())));
      pool.watch(job, event -> event instanceof JobEvent.Started);
      pool.evict(job);
      List<JobEvent> events = pool.watch(job, event -> event instanceof JobEvent.Completed);
      assertThat(events).hasAtLeastOneElementOfType(JobEvent.Checkpointed.class);
    }
    Path delta = results.resolve("disk-000001.vmdk");
    Tools.run("qemu-img", "check", "-f", "vmdk", delta.toString());
    Path flat = directory.resolve("flat.raw");
    Tools.run("qemu-img", "convert", "-f", "vmdk", "-O", "raw", delta.toString(), flat.toString());
    assertThat(log(RawFile.open(flat)).complete()).isTrue();
    try (VmdkImage layer = VmdkImage.openLayer(delta)) {
      assertThat(layer.parentName()).contains(guest.resolve("disk.vmdk").toString());
    }
    assertThat(Files.readString(results.resolve("guest-000001.vmx")))
        .contains("ide0:0.fileName = \"disk-000001.vmdk\"");
    assertThat(contents(guest)).as("vmware_dir").isEqualTo(before);
  }

  @Test
  void withoutASnapshotDiskThePlayersJobBringsTheWholeDiskBack() throws Exception {
    guest(new WorkPlan(5, Duration.ofMillis(10)));
    Path results = Files.createDirectory(directory.resolve("results"));
    try (Pool pool = pool("vmware-player", "one")) {
      String job =
          pool.submit(
              submitFile(
                  """
                  vmware_should_transfer_files = true
                  vmware_snapshot_disk = false
                  initialdir = results
                  """
                      .replace("results", results.toString())));
      pool.watch(job, event -> event instanceof JobEvent.Completed);
      Tools.run("qemu-img", "check", "-f", "vmdk", results.resolve("disk.vmdk").toString());
      try (VmdkImage disk = VmdkImage.openLayer(results.resolve("disk.vmdk"))) {
        assertThat(disk.hasParent()).isFalse();
        assertThat(WorkLog.read(disk).complete()).isTrue();
      }

      String snapshot = pool.submit(submitFile("vmware_should_transfer_files = true"));
      JobEvent.Held held =
          (JobEvent.Held) pool.watch(snapshot, event -> event instanceof JobEvent.Held).getLast();
      assertThat(held.reason()).contains("VMware Player has no snapshots");
    }
  }

  @Test
  void aVmxThatCannotWorkIsRefusedAtSubmit() throws Exception {
    Path guest = guest(new WorkPlan(1, Duration.ZERO));
    try (Pool pool = pool("vmware")) {
      Files.writeString(guest.resolve("guest.vmx"), vmx("sata0:0", "disk.vmdk"));
      assertThatThrownBy(() -> pool.submit(submitFile("vmware_should_transfer_files = true")))
          .hasMessageContaining("a disk on sata0:0 cannot go with a job; move it to scsi0 or ide0");
      Files.writeString(guest.resolve("guest.vmx"), vmx("ide0:0", "/etc/passwd"));
      assertThatThrownBy(() -> pool.submit(submitFile("vmware_should_transfer_files = true")))
          .hasMessageContaining("names disk '/etc/passwd', which is not transferred");
    }
  }

  private Pool pool(String product, String... hosts) throws Exception {
    Path vmrun = TestVmrun.in(directory.resolve("v"));
    Pool pool = new Pool(directory, product + "@" + vmrun);
    for (String host : hosts) {
      pool.startExecute(host, VMWARE);
    }
    pool.startSubmit();
    return pool;
  }

  /// A `vmware_dir` with a disk in several files.
  private Path guest(WorkPlan plan) throws Exception {
    Tools.need("qemu-img");
    Path guest = Files.createDirectory(directory.resolve("guest"));
    Path raw = directory.resolve("disk.raw");
    try (RawFile disk = RawFile.create(raw, 64 << 20)) {
      WorkProgram.install(disk, plan);
    }
    Path vmdk = guest.resolve("disk.vmdk");
    String split = "subformat=twoGbMaxExtentSparse";
    Tools.run("qemu-img", "convert", "-O", "vmdk", "-o", split, raw.toString(), vmdk.toString());
    Files.writeString(guest.resolve("guest.vmx"), vmx("ide0:0", "disk.vmdk"));
    return guest;
  }

  private static String vmx(String slot, String file) {
    return """
    config.version = "8"
    virtualHW.version = "8"
    SLOT.present = "TRUE"
    SLOT.fileName = "FILE"
    """
        .replace("SLOT", slot)
        .replace("FILE", file);
  }

  private Path submitFile(String lines) throws IOException {
    return Files.writeString(
        directory.resolve("guest.sub"),
        """
        universe   = vm
        executable = guest
        vm_type    = vmware
        vm_memory  = 32
        vmware_dir = %s
        %s
        queue
        """
            .formatted(directory.resolve("guest"), lines));
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(
            file.getFileName().toString(),
            ChunkId.of(ByteBuffer.wrap(Files.readAllBytes(file))).toString());
      }
    }
    return contents;
  }

  private static WorkLog log(BlockDevice disk) throws IOException {
    try (disk) {
      return WorkLog.read(disk);
    }
  }
}
