package io.landfall.snapshot.format.vmdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import io.landfall.snapshot.testing.QemuMap;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// VMDK both ways: what QEMU writes is read here, what is written here QEMU, 7-Zip and libvmdk
/// read.
class VmdkInteropIT {
  private static final int SIZE_BYTES = (70 << 20) + 3 * 512; // three grain tables

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "monolithicSparse",
        "monolithicFlat",
        "twoGbMaxExtentSparse",
        "twoGbMaxExtentFlat",
        "streamOptimized",
        "monolithicSparse,zeroed_grain=on",
      })
  void imagesOfQemu(String subformat) throws IOException {
    Tool qemuImg = Tool.named("qemu-img");
    byte[] content = Contents.sparse(SIZE_BYTES, 31);
    Path raw = Files.write(dir.resolve("source.raw"), content);
    Path image = dir.resolve("disk.vmdk");
    qemuImg.succeed(
        "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=" + subformat, raw, image);
    if (subformat.endsWith("zeroed_grain=on")) {
      Tool.named("qemu-io").succeed("-f", "vmdk", "-c", "write -z 1M 1M", image);
      Arrays.fill(content, 1 << 20, 2 << 20, (byte) 0);
    }
    try (VmdkImage disk = VmdkImage.openLayer(image)) {
      assertThat(disk.hasParent()).isFalse();
      assertThat(Contents.of(disk)).isEqualTo(content);
      if (!subformat.endsWith("Flat")) {
        assertThat(Extents.of(disk)).isEqualTo(QemuMap.of(qemuImg, "vmdk", image));
      }
    }
  }

  /// A result over the disk that it came from, named in full as from another directory.
  @Test
  void aDeltaOverADiskOfQemu() throws IOException {
    Tool qemuImg = Tool.named("qemu-img");
    byte[] before = Contents.sparse(SIZE_BYTES, 32);
    Path raw = Files.write(dir.resolve("source.raw"), before);
    Path base = dir.resolve("base.vmdk");
    qemuImg.succeed(
        "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", raw, base);
    byte[] after = before.clone();
    Arrays.fill(after, 0, 1 << 20, (byte) 0); // zeros over data
    Arrays.fill(after, SIZE_BYTES - 700, SIZE_BYTES, (byte) 7);
    Path results = Files.createDirectory(dir.resolve("results"));
    Path delta = results.resolve("base-000001.vmdk");
    try (VmdkImage parent = VmdkImage.openLayer(base)) {
      VmdkWriter.writeDelta(
          MemoryDevice.of(after),
          parent,
          new VmdkParent(parent.cid(), base.toString()),
          delta,
          _ -> {});
    }
    qemuImg.succeed("check", "-f", "vmdk", delta);
    Path expected = Files.write(dir.resolve("after.raw"), after);
    qemuImg.succeed("compare", "-f", "raw", "-F", "vmdk", expected, delta);
    try (BlockDevice disk = VmdkImage.openChain(List.of(delta, base))) {
      assertThat(Contents.of(disk)).isEqualTo(after);
    }
    assertThat(Files.size(delta)).isLessThan(3 << 20);
  }

  /// What a hypervisor is given to write to: nothing, over raw content that it must not touch.
  @Test
  void anEmptyDeltaOverRawContent() throws IOException {
    byte[] content = Contents.sparse(1 << 20, 33);
    Path raw = Files.write(dir.resolve("content.raw"), content);
    VmdkParent base =
        VmdkWriter.writeFlatDescriptor(dir.resolve("base.vmdk"), "content.raw", content.length);
    Path delta = dir.resolve("delta.vmdk");
    VmdkWriter.createDelta(content.length, base, delta);
    Tool.named("qemu-img").succeed("compare", "-f", "raw", "-F", "vmdk", raw, delta);
    Tool.named("qemu-io").succeed("-f", "vmdk", "-c", "write -P 9 4096 4096", delta);
    assertThat(Files.readAllBytes(raw)).isEqualTo(content);
    try (VmdkImage layer = VmdkImage.openLayer(delta)) {
      assertThat(layer.parentName()).contains("base.vmdk");
      assertThat(Contents.read(layer, 4096, 4096)).containsOnly(9);
    }
  }

  /// Over 2 GiB, so that a split disk has more than one extent.
  @ParameterizedTest
  @ValueSource(strings = {"twoGbMaxExtentSparse", "twoGbMaxExtentFlat"})
  void splitDisksOfQemu(String subformat) throws IOException {
    Path image = dir.resolve("split.vmdk");
    Tool.named("qemu-img")
        .succeed("create", "-f", "vmdk", "-o", "subformat=" + subformat, image, "5G");
    long boundary = 2L << 30;
    Tool.named("qemu-io")
        .succeed("-f", "vmdk", "-c", "write -P 5 " + (boundary - 512) + " 1024", image);
    try (VmdkImage disk = VmdkImage.openLayer(image)) {
      assertThat(disk.sizeBytes()).isEqualTo(5L << 30);
      assertThat(Contents.read(disk, boundary - 512, 1024)).containsOnly(5);
      assertThat(Contents.read(disk, boundary + 512, 512)).containsOnly(0);
    }
  }

  @Test
  void deltasOfQemu() throws IOException {
    Tool qemuImg = Tool.named("qemu-img");
    byte[] content = Contents.sparse(8 << 20, 32);
    Path raw = Files.write(dir.resolve("source.raw"), content);
    Path base = dir.resolve("base.vmdk");
    Path delta = dir.resolve("delta.vmdk");
    qemuImg.succeed("convert", "-f", "raw", "-O", "vmdk", raw, base);
    qemuImg.succeed("create", "-f", "vmdk", "-F", "vmdk", "-b", base, delta);
    Tool.named("qemu-io").succeed("-f", "vmdk", "-c", "write -P 5 1M 64k", delta);
    Arrays.fill(content, 1 << 20, (1 << 20) + 65536, (byte) 5);
    try (VmdkImage layer = VmdkImage.openLayer(delta)) {
      assertThat(layer.hasParent()).isTrue();
      assertThat(layer.parentName()).contains(base.toString());
      assertThat(Extents.of(layer)).hasSize(3);
    }
    try (BlockDevice disk = VmdkImage.openChain(List.of(delta, base))) {
      assertThat(Contents.of(disk)).isEqualTo(content);
    }
    // The parent is written to: neither QEMU nor we read through the child any more.
    Tool.named("qemu-io").succeed("-f", "vmdk", "-c", "write -P 6 2M 64k", base);
    assertThatThrownBy(() -> VmdkImage.openChain(List.of(delta, base)))
        .hasMessageContaining("was made over content");
  }

  @Test
  void oursStreamOptimized() throws IOException {
    Path image = dir.resolve("ours.vmdk");
    byte[] content = Contents.sparse(SIZE_BYTES, 33);
    VmdkWriter.writeStreamOptimized(MemoryDevice.of(content), image, _ -> {});
    requireReadByPeers(image, content);
    Tool sevenZip = Tool.named("7zz");
    sevenZip.succeed("t", image);
    Path unpacked = dir.resolve("unpacked");
    sevenZip.succeed("e", "-o" + unpacked, image);
    try (var files = Files.list(unpacked)) {
      assertThat(Files.readAllBytes(files.findFirst().orElseThrow())).isEqualTo(content);
    }
  }

  @Test
  void oursMonolithicSparse() throws IOException {
    Path image = dir.resolve("ours.vmdk");
    byte[] content = Contents.sparse(SIZE_BYTES, 34);
    VmdkWriter.writeMonolithicSparse(MemoryDevice.of(content), image, _ -> {});
    requireReadByPeers(image, content);
    Tool.named("qemu-io").succeed("-f", "vmdk", "-c", "write -P 5 3M 100k", image);
    Arrays.fill(content, 3 << 20, (3 << 20) + (100 << 10), (byte) 5);
    requireReadByPeers(image, content);
    try (VmdkImage disk = VmdkImage.openLayer(image)) {
      assertThat(Contents.of(disk)).isEqualTo(content);
    }
  }

  private void requireReadByPeers(Path image, byte[] content) throws IOException {
    Path raw = Files.write(dir.resolve("expected.raw"), content);
    Tool qemuImg = Tool.named("qemu-img");
    qemuImg.succeed("check", "-f", "vmdk", image);
    qemuImg.succeed("compare", "-f", "vmdk", "-F", "raw", image, raw);
    assertThat(Tool.named("vmdkinfo").succeed(image)).contains("(" + content.length + " bytes)");
  }
}
