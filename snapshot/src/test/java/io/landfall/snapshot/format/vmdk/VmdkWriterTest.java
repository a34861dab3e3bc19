package io.landfall.snapshot.format.vmdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written is read back, as a device like any other.
class VmdkWriterTest {

  @Nested
  class StreamOptimized extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      Path path = dir.resolve("written.vmdk");
      VmdkWriter.writeStreamOptimized(MemoryDevice.of(content), path, _ -> {});
      return VmdkImage.openLayer(path);
    }
  }

  @Nested
  class MonolithicSparse extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      Path path = dir.resolve("written.vmdk");
      VmdkWriter.writeMonolithicSparse(MemoryDevice.of(content), path, _ -> {});
      return VmdkImage.openLayer(path);
    }
  }

  /// The same content in two halves, each an extent of its own, as hosted products split disks.
  @Nested
  class Split extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      int half = content.length / 2 / 65536 * 65536;
      VmdkWriter.writeMonolithicSparse(
          MemoryDevice.of(Arrays.copyOf(content, half)), dir.resolve("d-s001.vmdk"), _ -> {});
      VmdkWriter.writeMonolithicSparse(
          MemoryDevice.of(Arrays.copyOfRange(content, half, content.length)),
          dir.resolve("d-s002.vmdk"),
          _ -> {});
      return VmdkImage.openLayer(
          Files.writeString(
              dir.resolve("d.vmdk"),
              """
              # Disk DescriptorFile
              version=1
              CID=12345678
              createType="twoGbMaxExtentSparse"
              RW %d SPARSE "d-s001.vmdk"
              RW %d SPARSE "d-s002.vmdk"
              """
                  .formatted(half / 512, (content.length - half) / 512)));
    }
  }

  @Nested
  class Flat extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      int half = content.length / 2 / 512 * 512;
      byte[] shifted = new byte[1024 + half];
      System.arraycopy(content, 0, shifted, 1024, half);
      Files.write(dir.resolve("d-f001.vmdk"), shifted);
      Files.write(dir.resolve("d-f002.vmdk"), Arrays.copyOfRange(content, half, content.length));
      return VmdkImage.openLayer(
          Files.writeString(
              dir.resolve("d.vmdk"),
              """
              # Disk DescriptorFile
              version=1
              CID=12345678
              createType="twoGbMaxExtentFlat"
              RW %d FLAT "d-f001.vmdk" 2
              RW %d FLAT "d-f002.vmdk" 0
              """
                  .formatted(half / 512, (content.length - half) / 512)));
    }
  }

  @TempDir private Path dir;

  @Test
  void deltasStackByContentId() throws IOException {
    byte[] content = Contents.sparse(4 << 20, 5);
    Path base = dir.resolve("base.vmdk");
    VmdkWriter.writeMonolithicSparse(MemoryDevice.of(content), base, _ -> {});
    MemoryDevice changes = new MemoryDevice(content.length);
    changes.write(1 << 20, ByteBuffer.wrap(new byte[] {7}));
    Path delta = dir.resolve("delta.vmdk");
    VmdkWriter.writeMonolithicSparse(changes, delta, _ -> {});
    long cid;
    try (VmdkImage image = VmdkImage.openLayer(base)) {
      cid = image.cid();
    }
    setParent(delta, cid);
    try (BlockDevice disk = VmdkImage.openChain(java.util.List.of(delta, base))) {
      byte[] expected = content.clone();
      Arrays.fill(expected, 1 << 20, (1 << 20) + 65536, (byte) 0);
      expected[1 << 20] = 7;
      assertThat(Contents.of(disk)).isEqualTo(expected);
    }
    setParent(delta, cid ^ 1);
    assertThatThrownBy(() -> VmdkImage.openChain(java.util.List.of(delta, base)))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("was made over content");
    assertThatThrownBy(() -> VmdkImage.openChain(java.util.List.of(delta)))
        .hasMessageContaining("below it is nothing");
  }

  private static void setParent(Path image, long cid) throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    String head = new String(bytes, 0, 4096, java.nio.charset.StandardCharsets.ISO_8859_1);
    int at = head.indexOf("parentCID=") + "parentCID=".length();
    byte[] hex = "%08x".formatted(cid).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(hex, 0, bytes, at, hex.length);
    Files.write(image, bytes);
  }
}
