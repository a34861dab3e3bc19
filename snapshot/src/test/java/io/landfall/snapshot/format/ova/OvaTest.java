package io.landfall.snapshot.format.ova;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

class OvaTest extends BlockDeviceContract {
  private static final OvaWriter.Machine MACHINE = new OvaWriter.Machine("machine-1", 2, 512);
  private static final String OVF =
      """
      <Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
        <References><File ovf:id="f" ovf:href="disk.vmdk"/></References>
        <DiskSection><Disk ovf:diskId="d" ovf:fileRef="f"/></DiskSection>
      </Envelope>
      """;

  @Override
  protected BlockDevice deviceWith(byte[] content) throws IOException {
    Path path = dir.resolve("machine.ova");
    OvaWriter.write(MACHINE, MemoryDevice.of(content), path, _ -> {});
    assertThat(ImageFormat.probe(path)).isEqualTo(ImageFormat.OVA);
    return ImageFormat.OVA.open(path);
  }

  @Test
  void listsItsDiskAndAgreesWithItsManifest() throws IOException {
    Path path = dir.resolve("listed.ova");
    OvaWriter.write(MACHINE, MemoryDevice.of(Contents.sparse(1 << 20, 1)), path, _ -> {});
    try (OvaArchive archive = OvaArchive.open(path)) {
      assertThat(archive.disks()).containsExactly("machine-1-disk1.vmdk");
      assertThat(archive.verifyDigests()).isEqualTo(2);
    }
    assertThat(Files.size(path) % 10240).isZero();
    byte[] bytes = Files.readAllBytes(path);
    bytes[bytes.length / 2] ^= 1;
    Files.write(path, bytes);
    try (OvaArchive archive = OvaArchive.open(path)) {
      assertThatThrownBy(archive::verifyDigests).hasMessageContaining("the manifest says");
    }
  }

  @Test
  void readsWhatOtherToolsPack() throws IOException {
    Path path = dir.resolve("other.ova");
    byte[] content = Contents.sparse(1 << 20, 2);
    try (TarArchiveOutputStream tar = tar(path)) {
      tar.setAddPaxHeadersForNonAsciiNames(true);
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      add(tar, "x".repeat(150) + "-\u00e4.ovf", OVF.getBytes(StandardCharsets.UTF_8));
      add(tar, "disk.vmdk", disk(content));
    }
    try (BlockDevice disk = ImageFormat.OVA.open(path)) {
      assertThat(Contents.of(disk)).isEqualTo(content);
    }
  }

  @Test
  void refusesMembersThatReachOutside() throws IOException {
    for (String name : new String[] {"../disk.vmdk", "/etc/passwd", "a/disk.vmdk"}) {
      requireRefusal(
          tar -> {
            add(tar, "a.ovf", OVF.getBytes(StandardCharsets.UTF_8));
            add(tar, name, new byte[10]);
          },
          Reason.UNSUPPORTED);
    }
    requireRefusal(
        tar -> {
          TarArchiveEntry link = new TarArchiveEntry("disk.vmdk", TarConstants.LF_SYMLINK);
          link.setLinkName("/etc/passwd");
          tar.putArchiveEntry(link);
          tar.closeArchiveEntry();
        },
        Reason.UNSUPPORTED);
  }

  @Test
  void refusesWhatContradictsItself() throws IOException {
    requireRefusal(tar -> add(tar, "disk.vmdk", new byte[1]), Reason.INCONSISTENT);
    requireRefusal(ovf(OVF, "a.ovf", "b.ovf"), Reason.INCONSISTENT);
    requireRefusal(ovf(OVF, "a.ovf"), Reason.NAMES_A_FILE);
    requireRefusal(ovf(OVF.replace("disk.vmdk", "../../etc/passwd"), "a.ovf"), Reason.NAMES_A_FILE);
    requireRefusal(
        ovf(OVF.replace("fileRef=\"f\"", "fileRef=\"g\""), "a.ovf"), Reason.INCONSISTENT);
    requireRefusal(
        ovf(OVF.replace("ovf:href", "ovf:size=\"5\" ovf:href"), "a.ovf", "disk.vmdk"),
        Reason.INCONSISTENT);
    requireRefusal(
        ovf(OVF.replace("ovf:href", "ovf:compression=\"gzip\" ovf:href"), "a.ovf"),
        Reason.UNSUPPORTED);
    requireRefusal(ovf("<Envelope>", "a.ovf"), Reason.BAD_DATA);
    requireRefusal(
        ovf(
            "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Envelope>&x;</Envelope>",
            "a.ovf"),
        Reason.UNSUPPORTED);
    requireRefusal(ovf(OVF, "a.ovf", "same", "same"), Reason.INCONSISTENT);
  }

  @Test
  void refusesTarsThatLie() throws IOException {
    Path path = dir.resolve("lie.ova");
    try (TarArchiveOutputStream tar = tar(path)) {
      add(tar, "a.ovf", OVF.getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = Files.readAllBytes(path);
    bytes[150] ^= 1;
    Files.write(path, bytes);
    requireRefusal(path, Reason.BAD_DATA);

    TarArchiveEntry huge =
        new TarArchiveEntry("././@PaxHeader", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
    huge.setSize(1 << 20);
    byte[] header = new byte[512];
    huge.writeEntryHeader(header);
    byte[] file = new byte[2 << 20];
    System.arraycopy(header, 0, file, 0, header.length);
    Files.write(path, file);
    requireRefusal(path, Reason.OVER_LIMIT);
    Files.write(path, java.util.Arrays.copyOf(file, 4096));
    requireRefusal(path, Reason.TRUNCATED);
  }

  private interface Filling {
    void fill(TarArchiveOutputStream tar) throws IOException;
  }

  /// An archive whose members all have the same text.
  private static Filling ovf(String text, String... names) {
    return tar -> {
      for (String name : names) {
        add(tar, name, text.getBytes(StandardCharsets.UTF_8));
      }
    };
  }

  private void requireRefusal(Filling filling, Reason reason) throws IOException {
    Path path = dir.resolve("bad.ova");
    try (TarArchiveOutputStream tar = tar(path)) {
      filling.fill(tar);
    }
    requireRefusal(path, reason);
  }

  private static void requireRefusal(Path path, Reason reason) {
    assertThatThrownBy(() -> OvaArchive.open(path).close())
        .isInstanceOfSatisfying(
            CorruptImageException.class,
            e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  private static TarArchiveOutputStream tar(Path path) throws IOException {
    OutputStream out = Files.newOutputStream(path);
    return new TarArchiveOutputStream(out, "UTF-8");
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private byte[] disk(byte[] content) throws IOException {
    Path path = dir.resolve("packed.vmdk");
    VmdkWriter.writeStreamOptimized(MemoryDevice.of(content), path, _ -> {});
    return Files.readAllBytes(path);
  }
}
