package io.landfall.snapshot.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that have been used to read or write files of the host that opens them.
class KnownAttacksTest {
  private static final int SIZE_BYTES = 1 << 20;

  @TempDir private Path dir;
  private Path secret;

  @BeforeEach
  void makeSecret() throws IOException {
    secret = dir.resolve("secret");
    Files.write(secret, "the host's own".repeat(1000).getBytes(StandardCharsets.UTF_8));
  }

  /// The classic: an overlay whose backing file is a file of the host.
  @Test
  void aBackingFileIsNeverOpened() throws IOException {
    Path image = dir.resolve("overlay.qcow2");
    Qcow2Overlay.create(image, SIZE_BYTES);
    byte[] name = secret.toString().getBytes(StandardCharsets.UTF_8);
    poke(image, 8, ByteBuffer.allocate(8).putLong(1024).array());
    poke(image, 16, ByteBuffer.allocate(4).putInt(name.length).array());
    poke(image, 1024, name);
    requireNamesAFile(image, secret.toString());
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(layer.backingName()).contains(secret.toString());
      assertThat(Contents.of(layer)).containsOnly(0);
    }
  }

  /// CVE-2024-32498: the data of the image is said to lie in a file of the host.
  @Test
  void anExternalDataFileIsNeverOpened() throws IOException {
    Path image = dir.resolve("data.qcow2");
    Qcow2Writer.write(MemoryDevice.of(new byte[SIZE_BYTES]), image, _ -> {});
    byte[] name = secret.toString().getBytes(StandardCharsets.UTF_8);
    poke(image, 79, new byte[] {4});
    poke(image, 112, ByteBuffer.allocate(8).putInt(0x44415441).putInt(name.length).array());
    poke(image, 120, name);
    requireNamesAFile(image, "another file");
    assertThatThrownBy(() -> Qcow2Image.openLayer(image)).isInstanceOf(CorruptImageException.class);
    // The name alone, without the feature bit that goes with it.
    poke(image, 79, new byte[] {0});
    requireNamesAFile(image, "external data file");
  }

  /// CVE-2022-47951: a descriptor of a few lines whose extent is a file of the host.
  @Test
  void aFlatExtentElsewhereIsNeverOpened() throws IOException {
    Path elsewhere = Files.createDirectory(dir.resolve("job"));
    for (String name : new String[] {secret.toString(), "../secret"}) {
      Path image =
          Files.writeString(
              elsewhere.resolve("disk.vmdk"),
              """
              # Disk DescriptorFile
              version=1
              CID=1
              createType="monolithicFlat"
              RW 8 FLAT "%s" 0
              """
                  .formatted(name));
      assertThat(ImageFormat.probe(image)).isEqualTo(ImageFormat.VMDK);
      assertThatThrownBy(() -> ImageFormat.VMDK.open(image))
          .isInstanceOfSatisfying(
              CorruptImageException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.NAMES_A_FILE));
    }
  }

  /// CVE-2026-24708: a guest writes a qcow2 header into its raw disk and waits for somebody to
  /// guess the format again.
  @Test
  void aRawDiskStaysRawWhateverTheGuestWritesIntoIt() throws IOException {
    Path overlay = dir.resolve("header.qcow2");
    Qcow2Overlay.create(overlay, SIZE_BYTES);
    Path disk = dir.resolve("disk.raw");
    ImageFormat decided;
    try (RawFile guest = RawFile.create(disk, SIZE_BYTES)) {
      decided = ImageFormat.probe(disk);
      guest.write(0, ByteBuffer.wrap(Files.readAllBytes(overlay)).limit(65536));
    }
    assertThat(decided).isEqualTo(ImageFormat.RAW);
    try (BlockDevice again = decided.open(disk)) {
      assertThat(again.sizeBytes()).isEqualTo(SIZE_BYTES);
      assertThat(Contents.of(again)).isEqualTo(Files.readAllBytes(disk));
    }
  }

  @Test
  void aNameInAMessageIsHarmless() throws IOException {
    Path image = dir.resolve("overlay.qcow2");
    Qcow2Overlay.create(image, SIZE_BYTES);
    byte[] name = ("\u001b[2J\n" + "x".repeat(900)).getBytes(StandardCharsets.UTF_8);
    poke(image, 8, ByteBuffer.allocate(8).putLong(1024).array());
    poke(image, 16, ByteBuffer.allocate(4).putInt(name.length).array());
    poke(image, 1024, name);
    assertThatThrownBy(() -> ImageFormat.QCOW2.open(image))
        .satisfies(
            e -> assertThat(e.getMessage()).hasSizeLessThan(250).doesNotContain("\u001b", "\n"));
  }

  private static void requireNamesAFile(Path image, String message) throws IOException {
    assertThat(ImageFormat.probe(image)).isEqualTo(ImageFormat.QCOW2);
    assertThatThrownBy(() -> ImageFormat.QCOW2.open(image))
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            CorruptImageException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.NAMES_A_FILE));
  }

  private static void poke(Path image, long at, byte[] bytes) throws IOException {
    try (RawFile file = RawFile.openWritable(image)) {
      file.write(at, ByteBuffer.wrap(bytes));
    }
  }
}
