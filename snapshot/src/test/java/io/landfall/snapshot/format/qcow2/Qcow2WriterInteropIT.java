package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import io.landfall.snapshot.testing.QemuMap;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// QEMU checks, compares and goes on writing what we wrote.
class Qcow2WriterInteropIT {
  @TempDir private Path dir;

  @ParameterizedTest
  @EnumSource(ClusterCompression.class)
  void qemuChecksAndComparesWhatWeWrite(ClusterCompression compression) throws IOException {
    byte[] content = Contents.sparse((24 << 20) + 3 * 512, 21);
    Path raw = Files.write(dir.resolve("source.raw"), content);
    Path image = write(MemoryDevice.of(content), compression);
    requireEqual(image, raw);
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(Extents.of(layer)).isEqualTo(QemuMap.of(Tool.named("qemu-img"), "qcow2", image));
    }
  }

  @ParameterizedTest
  @EnumSource(ClusterCompression.class)
  void qemuGoesOnWritingIt(ClusterCompression compression) throws IOException {
    byte[] content = Contents.sparse(8 << 20, 22);
    Path image = write(MemoryDevice.of(content), compression);
    Tool.named("qemu-io")
        .succeed(
            "-f",
            "qcow2",
            "-c",
            "write -P 5 1M 200k",
            "-c",
            "write -z 3M 64k",
            "-c",
            "write -P 6 7777k 1k",
            image);
    java.util.Arrays.fill(content, 1 << 20, (1 << 20) + (200 << 10), (byte) 5);
    java.util.Arrays.fill(content, 3 << 20, (3 << 20) + (64 << 10), (byte) 0);
    java.util.Arrays.fill(content, 7777 << 10, 7778 << 10, (byte) 6);
    requireEqual(image, Files.write(dir.resolve("expected.raw"), content));
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(Contents.of(layer)).isEqualTo(content);
    }
  }

  /// A third opinion, of readers that share no line with QEMU. 7-Zip reads no zstd clusters.
  @ParameterizedTest
  @EnumSource(value = ClusterCompression.class, names = "ZSTD", mode = EnumSource.Mode.EXCLUDE)
  void sevenZipReadsTheSameDisk(ClusterCompression compression) throws IOException {
    byte[] content = Contents.sparse((6 << 20) + 512, 23);
    Path image = write(MemoryDevice.of(content), compression);
    Path unpacked = dir.resolve("unpacked");
    Tool.named("7zz").succeed("e", "-o" + unpacked, image);
    try (var files = Files.list(unpacked)) {
      assertThat(Files.readAllBytes(files.findFirst().orElseThrow())).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @EnumSource(ClusterCompression.class)
  void qemuCommitsIntoItAndAddsBitmaps(ClusterCompression compression) throws IOException {
    byte[] content = Contents.sparse(8 << 20, 24);
    Path image = write(MemoryDevice.of(content), compression);
    Path overlay = dir.resolve("over.qcow2");
    Tool qemuImg = Tool.named("qemu-img");
    qemuImg.succeed("create", "-f", "qcow2", "-F", "qcow2", "-b", image, overlay);
    Tool.named("qemu-io")
        .succeed("-f", "qcow2", "-c", "write -P 5 2M 300k", "-c", "write -z 5M 128k", overlay);
    qemuImg.succeed("commit", "-f", "qcow2", overlay);
    qemuImg.succeed("bitmap", "--add", "-f", "qcow2", image, "since");
    java.util.Arrays.fill(content, 2 << 20, (2 << 20) + (300 << 10), (byte) 5);
    java.util.Arrays.fill(content, 5 << 20, (5 << 20) + (128 << 10), (byte) 0);
    requireEqual(image, Files.write(dir.resolve("expected.raw"), content));
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(Contents.of(layer)).isEqualTo(content);
      assertThat(layer.bitmaps()).containsExactly(new Bitmap("since", 65536, false, true));
    }
  }

  /// Over 2 GiB of file, so that refcount blocks are written on the way; of one value each, so that
  /// it is quick.
  @Test
  void anImageOfSeveralRefcountBlocks() throws IOException {
    Path raw = dir.resolve("big.raw");
    long size = 5L << 30;
    try (RawFile source = RawFile.create(raw, size)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
      new Random(1).longs(bytes.capacity() / 8).forEach(bytes::putLong);
      for (long at = 0; at < 2200L << 20; at += bytes.capacity()) {
        source.write(at, bytes.clear());
      }
      source.write(size - 4096, bytes.clear().limit(4096));
    }
    try (RawFile source = RawFile.open(raw)) {
      Path image = write(source, ClusterCompression.NONE);
      Tool.named("qemu-img").succeed("check", "-f", "qcow2", image);
      try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
        assertThat(Contents.read(layer, 2100L << 20, 4096))
            .isEqualTo(Contents.read(source, 2100L << 20, 4096));
        assertThat(Contents.read(layer, size - 4096, 4096))
            .isEqualTo(Contents.read(source, size - 4096, 4096));
      }
    }
  }

  private Path write(io.landfall.snapshot.device.BlockDevice disk, ClusterCompression compression)
      throws IOException {
    Path image = dir.resolve("written.qcow2");
    Qcow2Writer.write(disk, image, compression, _ -> {});
    return image;
  }

  private static void requireEqual(Path image, Path raw) throws IOException {
    Tool qemuImg = Tool.named("qemu-img");
    qemuImg.succeed("check", "-f", "qcow2", image);
    qemuImg.succeed("compare", "-f", "qcow2", "-F", "raw", image, raw);
  }
}
