package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  private static final RuntimeDir RUNTIME = new RuntimeDir(Path.of("/run/landfall-1"));
  private static final VmDrive DISK =
      VmDrive.writable("vda", Path.of("/img/a.raw"), Path.of("/job/a.qcow2"));

  @Test
  void aDiskIsAGraphOfNamedNodesWithDrivers() throws VmException {
    assertThat(values("-blockdev", spec(DISK)))
        .containsExactly(
            "{\"driver\":\"file\",\"node-name\":\"vda-base-file\",\"filename\":\"/img/a.raw\","
                + "\"read-only\":true}",
            "{\"driver\":\"raw\",\"node-name\":\"vda-base\",\"file\":\"vda-base-file\","
                + "\"read-only\":true}",
            "{\"driver\":\"file\",\"node-name\":\"vda-top-file\",\"filename\":\"/job/a.qcow2\","
                + "\"discard\":\"unmap\"}",
            "{\"driver\":\"qcow2\",\"node-name\":\"vda-top\",\"file\":\"vda-top-file\","
                + "\"backing\":\"vda-base\",\"discard\":\"unmap\",\"detect-zeroes\":\"unmap\"}");
    assertThat(values("-device", spec(DISK)))
        .contains(
            "{\"driver\":\"virtio-blk-pci\",\"id\":\"vda\",\"drive\":\"vda-top\",\"bootindex\":1,"
                + "\"rerror\":\"stop\",\"werror\":\"stop\"}");
  }

  @Test
  void everyDiskIsOnTheBusThatItsNameAsksFor() throws VmException {
    VmSpec spec =
        spec(
            DISK,
            VmDrive.writable("hdd", Path.of("/img/b.raw"), Path.of("/job/b.qcow2")),
            VmDrive.readOnly("sdc", Path.of("/img/c.raw")),
            new VmDrive("hdc", Path.of("/img/cd.iso"), Optional.empty(), true));
    assertThat(values("-device", spec))
        .anySatisfy(d -> assertThat(d).contains("ide-hd", "\"bus\":\"ide.1\",\"unit\":1"))
        .anySatisfy(d -> assertThat(d).contains("scsi-hd", "\"scsi-id\":2", "\"sdc-base\""))
        .anySatisfy(d -> assertThat(d).contains("ide-cd", "\"unit\":0", "\"bootindex\":4"))
        .contains("{\"driver\":\"virtio-scsi-pci\",\"id\":\"scsi\"}");
  }

  @Test
  void whatQemuHasNotIsRefused() {
    refused("xvda", false, "QEMU alone has no Xen disks; use vda, sda or hda");
    refused("hde", false, "IDE has hda to hdd; use vda or sda");
    refused("hda", true, "an IDE disk cannot be read-only; use vda or sda");
  }

  private static void refused(String device, boolean readOnly, String why) {
    VmDrive drive =
        readOnly
            ? VmDrive.readOnly(device, Path.of("/a"))
            : VmDrive.writable(device, Path.of("/a"), Path.of("/b"));
    assertThatThrownBy(() -> line(spec(drive)))
        .isInstanceOf(VmException.class)
        .hasMessage("device '%s': %s".formatted(device, why));
  }

  private static String card(VmSpec spec) throws VmException {
    return values("-device", spec).stream()
        .filter(d -> d.contains("net-pci"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCardHasTheAddressAskedForOrOneFromTheJobsName() throws VmException {
    VmSpec spec = spec(DISK);
    assertThat(values("-netdev", spec)).isEmpty();
    VmSpec user = spec.withNetwork(VmNetwork.user(Optional.of("52:54:00:12:34:56")));
    assertThat(values("-netdev", user)).containsExactly("{\"type\":\"user\",\"id\":\"net\"}");
    assertThat(card(user)).contains("\"mac\":\"52:54:00:12:34:56\"");
    VmSpec bridge = spec.withNetwork(VmNetwork.bridge("br0", Optional.empty()));
    assertThat(values("-netdev", bridge))
        .containsExactly("{\"type\":\"bridge\",\"id\":\"net\",\"br\":\"br0\"}");
    assertThat(card(bridge))
        .contains("\"mac\":\"" + VmNetwork.user(Optional.empty()).addressFor("job 1,0") + "\"");
    assertThat(VmNetwork.user(Optional.empty()).addressFor("job 1,0"))
        .matches("52:54(:[0-9a-f]{2}){4}");
  }

  @Test
  void aMachineMayStartNoProgramUnlessABridgeNeedsOne() throws VmException {
    assertThat(values("-sandbox", spec(DISK)).getFirst()).contains("spawn=deny");
    VmSpec bridge = spec(DISK).withNetwork(VmNetwork.bridge("br0", Optional.empty()));
    assertThat(values("-sandbox", bridge).getFirst()).doesNotContain("spawn");
  }

  @Test
  void commasInNamesEndNothing() throws VmException {
    assertThat(values("-name", spec(DISK))).containsExactly("guest=job 1,,0");
    VmSpec odd = VmSpec.of("a", Path.of("/work,id=x"), 16, 1, List.of(DISK));
    assertThat(values("-chardev", odd))
        .anySatisfy(c -> assertThat(c).endsWith("path=/work,,id=x/console.log"));
  }

  @Test
  void aDisplayAndAKernelAreThereOnlyWhenAskedFor() throws VmException {
    assertThat(line(spec(DISK))).doesNotContain("-vnc", "-kernel").contains("none");
    VmKernel kernel =
        new VmKernel(Path.of("/k"), Optional.of(Path.of("/i")), "console=ttyS0, quiet");
    assertThat(line(spec(DISK).withVnc().withKernel(kernel)))
        .containsSubsequence("-vnc", "unix:/run/landfall-1/display")
        .containsSubsequence("-kernel", "/k", "-initrd", "/i", "-append", "console=ttyS0, quiet");
  }

  @Test
  void memoryIsASharedFileUnderTheNameThatSavedStatesKnow() throws VmException {
    assertThat(values("-object", spec(DISK)))
        .containsExactly(
            "{\"qom-type\":\"memory-backend-file\",\"id\":\"pc.ram\",\"size\":16777216,"
                + "\"mem-path\":\"/work/memory\",\"share\":true}");
    assertThat(values("-machine", spec(DISK))).containsExactly("pc,memory-backend=pc.ram");
  }

  private static VmSpec spec(VmDrive... drives) {
    return VmSpec.of("job 1,0", Path.of("/work"), 16, 1, List.of(drives));
  }

  private static List<String> line(VmSpec spec) throws VmException {
    return CommandLine.of(spec, RUNTIME, "qemu", "pc", "Nehalem-v1", "tcg");
  }

  /// The values of an option, in order.
  private static List<String> values(String option, VmSpec spec) throws VmException {
    List<String> line = line(spec);
    return java.util.stream.IntStream.range(0, line.size() - 1)
        .filter(i -> line.get(i).equals(option))
        .mapToObj(i -> line.get(i + 1))
        .toList();
  }
}
