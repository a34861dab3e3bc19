package io.landfall.transfer.lifecycle.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.lifecycle.libvirt.LibvirtSettings.DomainType;
import io.landfall.transfer.testing.Libvirtd;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The driver against a real libvirtd, whose QEMU driver runs the work program in software.
@Timeout(120)
class LibvirtDriverIT {
  private static final WorkPlan LONG = new WorkPlan(60, Duration.ofMillis(20));

  private static Path home;
  private static Libvirtd libvirtd;

  @TempDir Path dir;

  private LibvirtSettings settings;
  private LibvirtDriver driver;

  @BeforeAll
  static void aLibvirtdOfItsOwn() throws Exception {
    home = Files.createTempDirectory(Path.of("/tmp"), "lv");
    libvirtd = Libvirtd.start(home);
  }

  @AfterAll
  static void libvirtdGoes() throws IOException, InterruptedException {
    if (libvirtd != null) {
      libvirtd.close();
    }
    Tools.run("rm", "-rf", home.toString());
  }

  @BeforeEach
  void aDriver() {
    settings = LibvirtSettings.of(DomainType.QEMU).at(libvirtd.uri());
    driver = new LibvirtDriver(settings);
  }

  @AfterEach
  void noDomainIsLeft() throws Exception {
    assertThat(Tools.run("virsh", "-q", "-c", libvirtd.uri(), "list", "--all", "--name").strip())
        .isEmpty();
  }

  @Test
  void aProbeRunsADomain() {
    Probe probe = driver.probe();
    assertThat(probe.usable()).as(probe.detail()).isTrue();
    assertThat(probe.accelerator()).isEqualTo("qemu");
    assertThat(probe.version()).contains("QEMU");
  }

  @Test
  void aJobRunsToItsEnd() throws Exception {
    VmSpec spec = spec("a", image(new WorkPlan(15, Duration.ofMillis(10))));
    try (Vm vm = driver.start(spec)) {
      assertThat(vm.state()).isEqualTo(VmState.STARTED);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(spec).complete()).as(log(spec).toString()).isTrue();
    assertThat(Files.readString(spec.consoleFile())).contains("DONE 15");
    try (RawFile base = RawFile.open(dir.resolve("disk.raw"))) {
      assertThat(WorkLog.read(base).steps()).as("steps in the base").isZero();
    }
  }

  @Test
  void diskAndMemoryOfOneMomentGoOnElsewhere() throws Exception {
    VmSpec first = spec("first", image(LONG));
    SavedState saved;
    try (Vm vm = driver.start(first)) {
      vm.resume();
      await(first, "STEP 20");
      vm.pause();
      vm.resume();
      saved = vm.save();
      assertThat(end(vm)).isEqualTo(EndReason.SAVED);
    }
    assertThat(log(first).steps()).isBetween(20, 59);
    Path moved = dir.resolve("disk2.raw");
    try (BlockDevice disk = disk(first)) {
      ImageFormat.RAW.write(disk, moved, done -> {});
    }
    // The job's name goes with it: libvirt restores no domain under another.
    Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
    VmDrive drive = VmDrive.writable("vda", moved, elsewhere.resolve("vda.qcow2"));
    VmSpec second = VmSpec.of("first", elsewhere, 32, 1, List.of(drive));
    try (Vm vm = driver.restore(second, saved)) {
      assertThat(vm.state()).isEqualTo(VmState.STARTED);
      vm.resume();
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(second).complete()).as(log(second).toString()).isTrue();
  }

  @Test
  void endsAreToldApart() throws Exception {
    VmSpec panic = spec("panic", image(new WorkPlan(2, Duration.ZERO).endingWith(Ending.PANIC)));
    assertThat(runToEnd(panic)).isEqualTo(EndReason.CRASHED);

    VmSpec lost = spec("lost", image(LONG));
    try (Vm vm = driver.start(lost)) {
      vm.resume();
      await(lost, "STEP 3");
      qemu(lost).destroyForcibly();
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
    }

    VmSpec hanging = spec("hang", image(new WorkPlan(1, Duration.ZERO).endingWith(Ending.HANG)));
    try (Vm vm = driver.start(hanging)) {
      vm.resume();
      await(hanging, "DONE 1");
      vm.powerdown(Duration.ofMillis(300));
      assertThat(end(vm)).isEqualTo(EndReason.KILLED);
    }

    VmSpec button = spec("button", image(new WorkPlan(60_000, Duration.ofMillis(20))));
    try (Vm vm = driver.start(button)) {
      vm.resume();
      await(button, "STEP 3");
      vm.powerdown(Duration.ofSeconds(60));
      assertThat(end(vm)).isEqualTo(EndReason.COMPLETED);
    }
  }

  /// What an agent finds that was started after another one died. Nothing of the first driver is
  /// used again; the domain runs on without it.
  @Test
  void anotherAgentAdoptsADomainOrItsEnd() throws Exception {
    VmSpec running = spec("running", image(LONG));
    Vm left = driver.start(running);
    left.resume();
    await(running, "STEP 3");
    try (Vm adopted = new LibvirtDriver(settings).adopt(running).orElseThrow()) {
      assertThat(adopted.state()).isEqualTo(VmState.RUNNING);
      assertThat(end(adopted)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(log(running).complete()).isTrue();
  }

  @Test
  void theEndThatNobodySawIsStillKnown() throws Exception {
    VmSpec spec = spec("unseen", image(new WorkPlan(2, Duration.ZERO)));
    Path xml =
        Files.writeString(
            dir.resolve("unseen.xml"), DomainXml.of(spec, settings, UUID.randomUUID()));
    io.landfall.snapshot.format.qcow2.Qcow2Overlay.create(
        spec.drives().getFirst().overlay().orElseThrow(), 8 << 20);
    // As an agent leaves it that died right after its guest began to run.
    var journal = io.landfall.transfer.lifecycle.VmJournal.begin(spec, "libvirt");
    Virsh virsh = new Virsh(settings);
    virsh.run("define", "--file", xml.toString());
    virsh.run("start", "--domain", "unseen");
    journal.on(io.landfall.transfer.lifecycle.Lifecycle.Event.LOADED);
    journal.on(io.landfall.transfer.lifecycle.Lifecycle.Event.RESUMED);
    await(spec, "DONE 2");
    while (virsh.domainState("unseen").orElse("").startsWith("running")) {
      Thread.onSpinWait(); // each look is a process that takes its time
    }
    try (Vm adopted = driver.adopt(spec).orElseThrow()) {
      assertThat(end(adopted)).isEqualTo(EndReason.COMPLETED);
    }
    assertThat(VmRecord.read(spec.workDir()).orElseThrow().end()).hasValue(EndReason.COMPLETED);
  }

  @Test
  void whatCannotBeSaysWhatAndLeavesNothing() throws Exception {
    VmSpec first = spec("first", image(LONG));
    SavedState saved = new SavedState(first.memoryFile(), new byte[1], "{\"driver\":\"qemu\"}");
    assertThatThrownBy(() -> driver.restore(first, saved))
        .isInstanceOf(VmException.class)
        .hasMessage("description of the saved domain: saved by 'qemu', expected libvirt");
    VmSpec xen = spec("xen", dir.resolve("disk.raw"), "xvda");
    assertThatThrownBy(() -> driver.start(xen))
        .hasMessage("device 'xvda': KVM has no Xen disks; use vda, sda or hda");
    Files.write(first.memoryFile(), new byte[4096]);
    SavedState torn =
        new SavedState(
            first.memoryFile(),
            new byte[1],
            LibvirtMachine.of(first, "", DomainType.QEMU, UUID.randomUUID()).toJson());
    assertThatThrownBy(() -> driver.restore(first, torn))
        .extracting(e -> ((VmException) e).reason())
        .isEqualTo(VmException.Reason.FAILED_TO_RESTORE);
    assertThat(first.drives().getFirst().overlay().orElseThrow()).doesNotExist();
  }

  @Test
  void everyDescriptionIsValid() throws Exception {
    image(LONG);
    VmSpec plain = spec("a&<b>\"'.0", dir.resolve("disk.raw"));
    VmSpec every =
        VmSpec.of(
                "every",
                plain.workDir(),
                64,
                2,
                List.of(
                    plain.drives().getFirst(),
                    VmDrive.readOnly("sda", dir.resolve("disk.raw")),
                    new VmDrive("hdc", dir.resolve("disk.raw"), Optional.empty(), true)))
            .withNetwork(VmNetwork.bridge("br0", Optional.of("52:54:00:AB:cd:01")))
            .withVnc();
    validate(DomainXml.of(plain, settings, UUID.randomUUID()));
    validate(DomainXml.of(every, settings, UUID.randomUUID()));
    LibvirtSettings xen = LibvirtSettings.of(DomainType.XEN);
    for (VmSpec guest : xenGuests()) {
      validate(DomainXml.of(guest, xen, UUID.randomUUID()));
    }
  }

  private List<VmSpec> xenGuests() throws IOException {
    VmSpec guest = spec("xen-guest", dir.resolve("disk.raw"), "xvda");
    VmKernel kernel =
        VmKernel.withRoot(
            dir.resolve("vmlinuz"), Optional.of(dir.resolve("initrd")), "xvda1", "ro quiet");
    return List.of(
        guest.withNetwork(VmNetwork.user(Optional.empty())),
        guest.withKernel(kernel),
        guest.withBootLoader("/usr/bin/pygrub").withVnc());
  }

  @Test
  void xenGuestsHaveTheirThreeForms() throws Exception {
    image(LONG);
    List<VmSpec> guests = xenGuests();
    LibvirtSettings xen = LibvirtSettings.of(DomainType.XEN);
    assertThat(DomainXml.of(guests.get(0), xen, UUID.randomUUID()))
        .contains("<type>hvm</type>", "network=\"default\"");
    assertThat(DomainXml.of(guests.get(1), xen, UUID.randomUUID()))
        .contains("<type>linux</type>", "/vmlinuz</kernel>", "root=/dev/xvda1 ro quiet</cmdline>");
    assertThat(DomainXml.of(guests.get(2), xen, UUID.randomUUID()))
        .contains("<bootloader>/usr/bin/pygrub</bootloader>", "<on_crash>preserve</on_crash>");
    assertThat(XlConfig.of(guests.get(1)))
        .contains(
            "type = \"pv\"",
            "root = \"/dev/xvda1\"",
            "extra = \"ro quiet\"",
            "format=qcow2, vdev=xvda, access=rw, target=");
    assertThat(XlConfig.of(guests.get(0))).contains("type = \"hvm\"", "vif = [ \"mac=52:54:");
  }

  private void validate(String xml) throws Exception {
    Path file = Files.writeString(dir.resolve("domain.xml"), xml);
    assertThat(Tools.run("virt-xml-validate", file.toString(), "domain")).contains("validates");
  }

  private ProcessHandle qemu(VmSpec spec) {
    try (var all = ProcessHandle.allProcesses()) {
      return all.filter(p -> p.info().commandLine().orElse("").contains(spec.workDir().toString()))
          .filter(p -> p.info().command().orElse("").contains("qemu"))
          .findFirst()
          .orElseThrow();
    }
  }

  private EndReason runToEnd(VmSpec spec) throws Exception {
    try (Vm vm = driver.start(spec)) {
      vm.resume();
      return end(vm);
    }
  }

  private static EndReason end(Vm vm) throws Exception {
    return vm.end().get(90, TimeUnit.SECONDS);
  }

  private static void await(VmSpec spec, String line) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (Files.notExists(spec.consoleFile())
        || Files.readString(spec.consoleFile()).lines().noneMatch(l -> l.startsWith(line))) {
      assertThat(System.nanoTime()).as("waiting for " + line).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  private Path image(WorkPlan plan) throws IOException {
    Path image = dir.resolve("disk.raw");
    Files.deleteIfExists(image);
    try (RawFile disk = RawFile.create(image, 8 << 20)) {
      WorkProgram.install(disk, plan);
    }
    return image;
  }

  private VmSpec spec(String name, Path base) throws IOException {
    return spec(name, base, "vda");
  }

  private VmSpec spec(String name, Path base, String device) throws IOException {
    Path work = Files.createDirectories(dir.resolve(DomainXml.nameOf(name)));
    return VmSpec.of(
        name,
        work,
        32,
        1,
        List.of(VmDrive.writable(device, base, work.resolve(device + ".qcow2"))));
  }

  private static BlockDevice disk(VmSpec spec) throws IOException {
    VmDrive drive = spec.drives().getFirst();
    return LayeredDevice.over(
        Qcow2Image.openLayer(drive.overlay().orElseThrow()), RawFile.open(drive.base()));
  }

  private static WorkLog log(VmSpec spec) throws IOException {
    try (BlockDevice disk = disk(spec)) {
      return WorkLog.read(disk);
    }
  }
}
