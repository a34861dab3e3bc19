package io.landfall.snapshot.format.ova;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OVA both ways: what is written here tar, sha256sum and QEMU take apart; what tar packs from
/// QEMU's disks is read here.
class OvaInteropIT {
  @TempDir private Path dir;

  @Test
  void oursIsTakenApartByOthers() throws IOException {
    byte[] content = Contents.sparse((40 << 20) + 512, 41);
    Path ova = dir.resolve("ours.ova");
    OvaWriter.write(new OvaWriter.Machine("vm", 1, 256), MemoryDevice.of(content), ova, _ -> {});
    Tool tar = Tool.named("tar");
    assertThat(tar.succeed("tf", ova).lines()).containsExactly("vm.ovf", "vm.mf", "vm-disk1.vmdk");
    tar.succeed("xf", ova, "-C", dir);
    Tool.named("7zz").succeed("t", ova);
    for (String line : Files.readAllLines(dir.resolve("vm.mf"))) {
      String name = line.substring("SHA256(".length(), line.indexOf(')'));
      String digest = line.substring(line.indexOf('=') + 2);
      assertThat(Tool.named("sha256sum").succeed(dir.resolve(name))).startsWith(digest);
    }
    Path raw = Files.write(dir.resolve("expected.raw"), content);
    Tool.named("qemu-img")
        .succeed("compare", "-f", "vmdk", "-F", "raw", dir.resolve("vm-disk1.vmdk"), raw);
  }

  @Test
  void whatTarPacksFromQemusDisksIsRead() throws IOException {
    byte[] content = Contents.sparse(40 << 20, 42);
    Path raw = Files.write(dir.resolve("source.raw"), content);
    Path disk = dir.resolve("disk.vmdk");
    Tool.named("qemu-img")
        .succeed(
            "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", raw, disk);
    Files.writeString(
        dir.resolve("vm.ovf"),
        """
        <?xml version="1.0"?>
        <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
            xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
          <References><File ovf:id="f" ovf:href="disk.vmdk" ovf:size="%d"/></References>
          <DiskSection><Disk ovf:diskId="d" ovf:fileRef="f" ovf:capacity="40"/></DiskSection>
        </Envelope>
        """
            .formatted(Files.size(disk)));
    for (String format : new String[] {"ustar", "gnu", "pax"}) {
      Path ova = dir.resolve(format + ".ova");
      Tool.named("tar").succeed("--format=" + format, "-cf", ova, "-C", dir, "vm.ovf", "disk.vmdk");
      assertThat(ImageFormat.probe(ova)).isEqualTo(ImageFormat.OVA);
      try (BlockDevice image = ImageFormat.OVA.open(ova)) {
        assertThat(Contents.of(image)).isEqualTo(content);
      }
    }
  }
}
