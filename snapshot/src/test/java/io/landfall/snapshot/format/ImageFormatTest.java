package io.landfall.snapshot.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFormatTest {
  @TempDir private Path dir;

  @Test
  void knowsFormatsByTheirFirstBytes() throws IOException {
    byte[] content = Contents.sparse(1 << 20, 1);
    Path qcow2 = dir.resolve("disk.img");
    Qcow2Writer.write(MemoryDevice.of(content), qcow2, _ -> {});
    assertThat(ImageFormat.probe(qcow2)).isEqualTo(ImageFormat.QCOW2);
    assertThat(ImageFormat.probe(file(content))).isEqualTo(ImageFormat.RAW);
    assertThat(ImageFormat.probe(file(new byte[0]))).isEqualTo(ImageFormat.RAW);
    assertThat(ImageFormat.probe(file(bootSector()))).isEqualTo(ImageFormat.RAW);
  }

  @Test
  void opensCompleteDisks() throws IOException {
    byte[] content = Contents.sparse(1 << 20, 1);
    Path qcow2 = dir.resolve("disk.qcow2");
    Qcow2Writer.write(MemoryDevice.of(content), qcow2, _ -> {});
    try (BlockDevice disk = ImageFormat.QCOW2.open(qcow2);
        BlockDevice raw = ImageFormat.RAW.open(file(content))) {
      assertThat(Contents.of(disk)).isEqualTo(content);
      assertThat(Contents.of(raw)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @CsvSource({"raw,RAW", "RAW,RAW", "qcow2,QCOW2", "QCow2,QCOW2", "vmdk,VMDK"})
  void namesAreThoseOfSubmitFiles(String word, ImageFormat format) {
    assertThat(ImageFormat.named(word)).contains(format);
  }

  @Test
  void otherNamesAreNone() {
    assertThat(ImageFormat.named("qcow")).isEmpty();
    assertThat(ImageFormat.named("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0,vhdxfile",
    "0,conectix",
    "0,COWD",
    "0,QED\0",
    "0,WithoutFreeSpace",
  })
  void formatsThatAreNotSupportedAreNotTakenForRaw(int at, String magic) throws IOException {
    requireRefusal(file(with(new byte[1024], at, magic)), Reason.UNSUPPORTED);
  }

  /// A guest can make its disk look like anything, and a file can be made to look like two.
  @Test
  void whatLooksLikeTwoFormatsIsRefused() throws IOException {
    requireRefusal(file(with(bootSector(), 0, "QFI\u00fb")), Reason.INCONSISTENT);
    requireRefusal(
        file(with(with(new byte[1024], 257, "ustar"), 0, "QFI\u00fb")), Reason.INCONSISTENT);
  }

  private void requireRefusal(Path file, Reason reason) {
    assertThatThrownBy(() -> ImageFormat.probe(file))
        .isInstanceOfSatisfying(
            CorruptImageException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e).hasMessageStartingWith(file.getFileName() + ": ");
            });
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(dir.resolve("file"), content);
  }

  private static byte[] bootSector() {
    return with(new byte[1024], 510, "U\u00aa");
  }

  private static byte[] with(byte[] content, int at, String bytes) {
    byte[] changed = Arrays.copyOf(content, content.length);
    byte[] latin = bytes.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(latin, 0, changed, at, latin.length);
    return changed;
  }
}
