package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.VmgahpError;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.VmwareGuest;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.TestVmrun;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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
    Files.writeString(guest.resolve("guest.nvram"), "as it was");
    Files.writeString(guest.resolve("vmware.log"), "of the computer that it was made on");
    Files.writeString(guest.resolve("notes, read me.dat"), "more");
    Files.writeString(guest.resolve("disk.vmdk.WRITELOCK"), "");
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
      Path files = sentFiles(pool);
      assertThat(contents(files).keySet())
          .containsExactly("guest.nvram", "notes, read me.dat", "vmware.log");
      Files.writeString(files.resolve("guest.nvram"), "what VMware made of it");
      pool.evict(job);
      List<JobEvent> events = pool.watch(job, event -> event instanceof JobEvent.Completed);
      assertThat(events).hasAtLeastOneElementOfType(JobEvent.Checkpointed.class);
    }
    assertThat(contents(results).keySet())
        .as("what has changed, and nothing else")
        .containsExactly("console.log", "disk-000001.vmdk", "guest-000001.vmx", "guest.nvram");
    assertThat(results.resolve("guest.nvram")).hasContent("what VMware made of it");
    assertThat(Files.readString(results.resolve("console.log")))
        .as("of both hosts")
        .contains("BOOT", "DONE");
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

  /// Nothing of the disk travels and nothing is written to it; `vmware_dir` has a link in its path,
  /// through which VMware makes no snapshot.
  @Test
  void aSharedDiskIsUsedWhereItLiesBeforeAndAfterAnEviction() throws Exception {
    Path guest = guest(new WorkPlan(300, Duration.ofMillis(20)));
    Path link = Files.createSymbolicLink(directory.resolve("link"), guest);
    Map<String, String> before = contents(guest);
    Path results = Files.createDirectory(directory.resolve("results"));
    List<JobEvent> events;
    try (Pool pool = pool("vmware", "one", "two")) {
      String job =
          pool.submit(
              submitFile(
                  link,
                  """
                  vmware_should_transfer_files = false
                  vm_checkpoint = true
                  initialdir = results
                  """
                      .replace("results", results.toString())));
      pool.watch(job, event -> event instanceof JobEvent.Started);
      awaitConsole(pool, "STEP 20");
      try (VmdkImage delta = VmdkImage.openLayer(claim(pool).resolve("hda.vmdk"))) {
        assertThat(delta.parentName()).contains(guest.toRealPath().resolve("disk.vmdk").toString());
      }
      pool.evict(job);
      events = pool.watch(job, event -> event instanceof JobEvent.Completed);
    }
    List<JobEvent.Landed> landings =
        events.stream()
            .filter(JobEvent.Landed.class::isInstance)
            .map(JobEvent.Landed.class::cast)
            .toList();
    assertThat(landings).hasSize(2);
    assertThat(landings.get(0).parts().getFirst().figures().pulled()).isZero();
    assertThat(landings.get(1).parts().getFirst().figures().pulled())
        .as("what the checkpoint changed")
        .isBetween(1L, 1L << 20);
    Path flat = directory.resolve("flat.raw");
    Tools.run(
        "qemu-img",
        "convert",
        "-f",
        "vmdk",
        "-O",
        "raw",
        results.resolve("disk-000001.vmdk").toString(),
        flat.toString());
    assertThat(log(RawFile.open(flat)).complete()).isTrue();
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
      List<JobEvent> events = pool.watch(snapshot, event -> event instanceof JobEvent.Held);
      JobEvent.Held held = (JobEvent.Held) events.getLast();
      assertThat(held.reason()).contains("VMware Player has no snapshots");
      assertThat(held.code()).isEqualTo(VmgahpError.HOLD_CODE);
      assertThat(events.stream().filter(JobEvent.Matched.class::isInstance))
          .as("at once: it would fail on every such host")
          .hasSize(1);
      assertThat(events).as("nothing landed").noneMatch(JobEvent.Landed.class::isInstance);
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
    nvram = "guest.nvram"
    serial0.present = "TRUE"
    serial0.fileType = "file"
    serial0.fileName = "console.log"
    SLOT.present = "TRUE"
    SLOT.fileName = "FILE"
    """
        .replace("SLOT", slot)
        .replace("FILE", file);
  }

  private static Path claim(Pool pool) throws IOException {
    for (String host : List.of("one", "two")) {
      Path claims = pool.home(host).resolve("execute").resolve("claims");
      try (var found = Files.list(claims)) {
        Optional<Path> claim = found.filter(c -> Files.exists(c.resolve("hda.vmdk"))).findFirst();
        if (claim.isPresent()) {
          return claim.get();
        }
      }
    }
    throw new IOException("no host has a claim with a disk");
  }

  private static Path sentFiles(Pool pool) throws IOException {
    return claim(pool).resolve(VmwareGuest.FILES);
  }

  private static void awaitConsole(Pool pool, String said) throws Exception {
    Instant patience = Instant.now().plusSeconds(60);
    Path console = claim(pool).resolve("console.log");
    while (!Files.exists(console) || !Files.readString(console).contains(said)) {
      assertThat(Instant.now()).as("the guest says " + said).isBefore(patience);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private Path submitFile(String lines) throws IOException {
    return submitFile(directory.resolve("guest"), lines);
  }

  private Path submitFile(Path vmwareDir, String lines) throws IOException {
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
            .formatted(vmwareDir, lines));
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
