package io.landfall.transfer.lifecycle.vmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmwareGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What of a user's `.vmx` reaches VMware, and what is refused at the door.
class VmxRewriteTest {
  @TempDir Path dir;

  private static final String USERS =
      """
      .encoding = "windows-1252"
      config.version = "8"
      virtualHW.version = "12"
      guestOS = "debian8-64"
      memsize = "9999"
      numvcpus = "64"
      displayName = "mine"
      scsi0.present = "TRUE"
      scsi0.virtualDev = "lsilogic"
      scsi0.pciSlotNumber = "16"
      scsi0:0.present = "TRUE"
      scsi0:0.fileName = "disk.vmdk"
      scsi0:0.mode = "independent-persistent"
      SCSI0:0.redo = "/etc/passwd"
      ide1:0.present = "TRUE"
      ide1:0.deviceType = "cdrom-raw"
      ide1:0.fileName = "/dev/cdrom"
      ide0:1.present = "TRUE"
      ide0:1.deviceType = "cdrom-image"
      ide0:1.fileName = "data.iso"
      ethernet0.present = "TRUE"
      ethernet0.connectionType = "custom"
      ethernet0.vnet = "/dev/vmnet0"
      ethernet0.virtualDev = "e1000"
      ethernet1.present = "TRUE"
      sharedFolder0.hostPath = "/"
      serial0.present = "TRUE"
      serial0.fileType = "file"
      serial0.fileName = "console.log"
      serial1.fileType = "device"
      serial1.fileName = "/dev/ttyS0"
      serial2.fileType = "file"
      serial2.fileName = "../guest.vmx"
      serial3.fileType = "file"
      serial3.fileName = "sda.vmdk"
      usb.present = "TRUE"
      extendedConfigFile = "mine.vmxf"
      """;

  @Test
  void theJobsValuesReplaceTheUsersAndNothingOfTheHostsIsLeft() throws IOException {
    VmSpec spec =
        VmSpec.of(
                "ann/1.0",
                Path.of("/claims/1"),
                512,
                2,
                List.of(
                    VmDrive.writable("sda", Path.of("/cache/a"), Path.of("/claims/1/sda.vmdk")),
                    new VmDrive("hdb", Path.of("/cache/b"), Optional.empty(), true)))
            .withNetwork(VmNetwork.user(Optional.of("00:50:56:00:00:01")));

    VmxFile vmx =
        VmxRewrite.of(VmxFile.parse("mine.vmx", USERS), spec, VmwareSettings.Host.STANDARD);

    assertThat(vmx.toString().lines())
        .containsExactlyInAnyOrder(
            ".encoding = \"UTF-8\"",
            "config.version = \"8\"",
            "virtualHW.version = \"12\"",
            "guestOS = \"debian8-64\"",
            "memsize = \"512\"",
            "numvcpus = \"2\"",
            "displayName = \"ann/1.0\"",
            "scsi0.present = \"TRUE\"",
            "scsi0.virtualDev = \"lsilogic\"",
            "scsi0:0.present = \"TRUE\"",
            "scsi0:0.fileName = \"sda.vmdk\"",
            "scsi0:0.writeThrough = \"TRUE\"",
            "ide0.present = \"TRUE\"",
            "ide0:1.present = \"TRUE\"",
            "ide0:1.fileName = \"hdb.iso\"",
            "ide0:1.writeThrough = \"TRUE\"",
            "ide0:1.deviceType = \"cdrom-image\"",
            "ethernet0.present = \"TRUE\"",
            "ethernet0.virtualDev = \"e1000\"",
            "ethernet0.connectionType = \"nat\"",
            "ethernet0.addressType = \"static\"",
            "ethernet0.address = \"00:50:56:00:00:01\"",
            "serial0.present = \"TRUE\"",
            "serial0.fileType = \"file\"",
            "serial0.fileName = \"console.log\"",
            "uuid.action = \"keep\"",
            "disk.locking = \"FALSE\"",
            "floppy0.present = \"FALSE\"",
            "floppy1.present = \"FALSE\"",
            "mainMem.useNamedFile = \"TRUE\"",
            "msg.autoAnswer = \"TRUE\"");
  }

  @Test
  void whatCameAlongIsNamedWhereItLiesAndWhatDidNotIsLeftOut() throws IOException {
    Path files = Files.createDirectory(dir.resolve(VmwareGuest.FILES));
    Files.writeString(files.resolve("mine.nvram"), "");
    Files.writeString(files.resolve("boot.flp"), "");
    String users =
        USERS
            + """
            nvram = "mine.nvram"
            floppy0.present = "TRUE"
            floppy0.fileType = "file"
            floppy0.fileName = "boot.flp"
            floppy1.present = "TRUE"
            floppy1.fileType = "device"
            floppy1.fileName = "boot.flp"
            """;
    assertThat(rewritten(users, VmwareSettings.Host.STANDARD).lines())
        .contains(
            "nvram = \"files/mine.nvram\"",
            "floppy0.present = \"TRUE\"",
            "floppy0.fileName = \"files/boot.flp\"",
            "floppy1.present = \"FALSE\"");
    assertThat(
            rewritten(users.replace("mine.nvram", "../claim.json"), VmwareSettings.Host.STANDARD))
        .doesNotContain("nvram");
    assertThat(rewritten(users.replace("mine.nvram", "other.nvram"), VmwareSettings.Host.STANDARD))
        .doesNotContain("nvram");
  }

  @Test
  void theAdministratorsLinesComeLastAndHisWordsForNetworksAreUsed() throws IOException {
    VmwareSettings.Host host =
        new VmwareSettings.Host(
            "hostonly",
            "custom",
            Optional.of("sched.mem.maxmemctl = \"0\"\nmsg.autoAnswer = \"FALSE\""));
    assertThat(rewritten(USERS, host).lines())
        .contains(
            "ethernet0.connectionType = \"hostonly\"",
            "sched.mem.maxmemctl = \"0\"",
            "msg.autoAnswer = \"FALSE\"");
  }

  private String rewritten(String users, VmwareSettings.Host host) throws IOException {
    VmSpec spec =
        VmSpec.of("ann/1.0", dir, 32, 1, List.of()).withNetwork(VmNetwork.user(Optional.empty()));
    return VmxRewrite.of(VmxFile.parse("mine.vmx", users), spec, host).toString();
  }

  @Test
  void disksAreWhatIsPresentAndVirtual() throws IOException {
    assertThat(VmwareDisk.of("mine.vmx", VmxFile.parse("mine.vmx", USERS)))
        .containsExactlyInAnyOrder(
            new VmwareDisk("sda", "disk.vmdk", false), new VmwareDisk("hdb", "data.iso", true));
    assertThat(VmwareDisk.slotOf("hdd")).isEqualTo("ide1:1");
    assertThat(VmwareDisk.slotOf("sdq")).isEqualTo("scsi1:0");
  }

  @Test
  void disksThatCannotGoWithAJobAreRefused() throws IOException {
    for (var wrong :
        Map.of(
                "scsi0:0.deviceType = \"rawDisk\"", "scsi0:0.deviceType is rawdisk",
                "nvme0:0.present = \"TRUE\"\nnvme0:0.fileName = \"n.vmdk\"", "disk on nvme0:0",
                "ide0:0.present = \"TRUE\"", "ide0:0 is present and names no file")
            .entrySet()) {
      VmxFile vmx = VmxFile.parse("mine.vmx", USERS + wrong.getKey());
      assertThatThrownBy(() -> VmwareDisk.of("mine.vmx", vmx))
          .hasMessageContaining(wrong.getValue());
    }
    assertThatThrownBy(() -> VmxFile.parse("mine.vmx", "config.version = 8\n"))
        .hasMessage("mine.vmx:1: expected key = \"value\"");
  }
}
