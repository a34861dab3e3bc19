package io.landfall.transfer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.lifecycle.VmDrive.Bus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VmSpecTest {

  @Test
  void aDevicesNameGivesItsBusAndPlace() {
    assertThat(drive("vda").bus()).isEqualTo(Bus.VIRTIO);
    assertThat(drive("hdd").bus()).isEqualTo(Bus.IDE);
    assertThat(drive("sdb").bus()).isEqualTo(Bus.SCSI);
    assertThat(drive("xvdc").bus()).isEqualTo(Bus.XEN);
    assertThat(drive("vda").unit()).isZero();
    assertThat(drive("hdd").unit()).isEqualTo(3);
    assertThat(drive("sdb1").unit()).isEqualTo(1);
    assertThat(drive("xvdc12").unit()).isEqualTo(2);
  }

  @Test
  void whatIsNoDeviceIsRefused() {
    for (String name : List.of("", "vd", "vdA", "vda123", "fda", "vda,", "../vda", "vdaa")) {
      assertThatThrownBy(() -> drive(name))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("device '%s': expected hda, sda, vda or xvda and the like".formatted(name));
    }
    assertThatThrownBy(() -> new VmDrive("hdc", Path.of("a"), Optional.of(Path.of("b")), true))
        .hasMessage("device 'hdc': a CD cannot be written");
  }

  @Test
  void whatNoMachineCanBeIsRefused() {
    refused("job", 0, 1, "memory: 0, expected 1 MiB to 16 TiB", drive("vda"));
    refused("job", 1, 256, "vcpus: 256, expected 1 to 255", drive("vda"));
    refused("", 1, 1, "job id: , expected 1 to 200 printable characters", drive("vda"));
    refused("a\nb", 1, 1, "job id: a\nb, expected 1 to 200 printable characters", drive("vda"));
    refused("job", 1, 1, "device: sda2, expected each place once", drive("sda1"), drive("sda2"));
  }

  @Test
  void anAddressIsAUnicastOne() {
    assertThat(VmNetwork.user(Optional.of("52:54:00:12:34:56")).mac()).isPresent();
    for (String mac : List.of("53:54:00:12:34:56", "52:54:00:12:34", "52-54-00-12-34-56", "x")) {
      assertThatThrownBy(() -> VmNetwork.user(Optional.of(mac)))
          .as(mac)
          .hasMessageStartingWith("MAC address '%s': expected a unicast one".formatted(mac));
    }
    assertThatThrownBy(() -> VmNetwork.bridge("br0,x=y", Optional.empty()))
        .hasMessage("bridge 'br0,x=y': not an interface's name");
  }

  private static VmDrive drive(String device) {
    return VmDrive.readOnly(device, Path.of("a"));
  }

  private static void refused(
      String job, int memory, int vcpus, String message, VmDrive... drives) {
    assertThatThrownBy(() -> VmSpec.of(job, Path.of("/w"), memory, vcpus, List.of(drives)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
