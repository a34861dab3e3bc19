package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Chains that QEMU makes by names, read here as layers that the caller stacks.
class Qcow2ChainInteropIT {
  private static final int SIZE_BYTES = 4 << 20;

  @TempDir private Path dir;

  /// A base that is shorter, equal and longer than the disk over it.
  @ParameterizedTest
  @ValueSource(ints = {SIZE_BYTES - 3 * 512 - 65536, SIZE_BYTES, SIZE_BYTES + 65536})
  void anOverlayOverARawBase(int baseBytes) throws IOException {
    Path base = Files.write(dir.resolve("base.raw"), Contents.sparse(baseBytes, 71));
    Path overlay = overlay("over.qcow2", base, "raw");
    write(overlay, "write -P 7 1M 64k", "write -z 2M 64k", "discard 3M 64k");
    try (BlockDevice disk = LayeredDevice.over(Qcow2Image.openLayer(overlay), RawFile.open(base))) {
      requireAsConverted(disk, overlay);
    }
  }

  /// Subclusters that show the base beside ones that were written, in one cluster.
  @Test
  void anOverlayWithSubclusters() throws IOException {
    Path base = Files.write(dir.resolve("base.raw"), Contents.sparse(SIZE_BYTES, 73));
    Path overlay = dir.resolve("sub.qcow2");
    Tool.named("qemu-img")
        .succeed("create", "-f", "qcow2", "-o", "extended_l2=on", "-F", "raw", "-b", base, overlay);
    write(
        overlay, "write -P 7 1M 4k", "write -P 8 1052k 1k", "write -z 1060k 6k", "discard 2M 64k");
    try (BlockDevice disk = LayeredDevice.over(Qcow2Image.openLayer(overlay), RawFile.open(base))) {
      requireAsConverted(disk, overlay);
    }
  }

  @Test
  void aChainOfThreeOverABase() throws IOException {
    Path base = Files.write(dir.resolve("base.raw"), Contents.sparse(SIZE_BYTES, 72));
    Path first = overlay("first.qcow2", base, "raw");
    write(first, "write -P 1 512k 1M");
    Path second = overlay("second.qcow2", first, "qcow2");
    write(second, "write -P 2 1M 1M", "write -z 600k 200k");
    Path third = overlay("third.qcow2", second, "qcow2");
    write(third, "write -P 3 1100k 3k");
    try (BlockDevice disk =
        LayeredDevice.over(
            Qcow2Image.openLayer(third),
            LayeredDevice.over(
                Qcow2Image.openLayer(second),
                LayeredDevice.over(Qcow2Image.openLayer(first), RawFile.open(base))))) {
      requireAsConverted(disk, third);
    }
  }

  private Path overlay(String name, Path base, String baseFormat) throws IOException {
    Path overlay = dir.resolve(name);
    Tool.named("qemu-img")
        .succeed(
            "create",
            "-f",
            "qcow2",
            "-F",
            baseFormat,
            "-b",
            base,
            overlay,
            String.valueOf(SIZE_BYTES));
    return overlay;
  }

  private static void write(Path image, String... commands) throws IOException {
    for (String command : commands) {
      Tool.named("qemu-io").succeed("-f", "qcow2", "-c", command, image);
    }
  }

  private void requireAsConverted(BlockDevice disk, Path image) throws IOException {
    Path flat = dir.resolve("flat.raw");
    Tool.named("qemu-img").succeed("convert", "-f", "qcow2", "-O", "raw", image, flat);
    byte[] expected = Files.readAllBytes(flat);
    assertThat(Contents.of(disk)).isEqualTo(expected);
    Extents.requireTrue(disk, expected, 0, expected.length);
  }
}
