package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An overlay that we make, with a base that QEMU is told by node and not by a name in the file.
class Qcow2OverlayInteropIT {
  private static final int CLUSTER = 65536;
  private static final int SIZE_BYTES = 4 << 20;

  @TempDir private Path dir;
  private Path base;
  private Path overlay;
  private byte[] expected;

  @BeforeEach
  void makeImages() throws IOException {
    base = dir.resolve("base.raw");
    overlay = dir.resolve("overlay.qcow2");
    expected = Contents.sparse(SIZE_BYTES, 7);
    Files.write(base, expected);
    Qcow2Overlay.create(overlay, SIZE_BYTES);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 512, 1 << 20, 600L << 20, 3L << 40})
  void anEmptyOverlayIsCleanForQemu(long sizeBytes) throws IOException {
    Path path = dir.resolve("empty.qcow2");
    Qcow2Overlay.create(path, sizeBytes);
    Tool qemuImg = Tool.named("qemu-img");
    qemuImg.succeed("check", "-f", "qcow2", path);
    assertThat(qemuImg.succeed("info", "--output=json", "-f", "qcow2", path))
        .contains("\"virtual-size\": " + sizeBytes)
        .doesNotContain("backing");
  }

  @Test
  void whatQemuWritesOverANamedNodeIsReadAsALayer() throws IOException {
    Tool.named("qemu-io")
        .succeed(
            "--image-opts",
            "-c",
            "read -v 0 512",
            "-c",
            "write -P 7 1M 64k",
            "-c",
            "write -P 8 1500k 512",
            "-c",
            "write -z 2M 128k",
            "-c",
            "write -P 9 4194303 1",
            "driver=qcow2,file.driver=file,file.filename="
                + overlay
                + ",backing.driver=raw,backing.file.driver=file,backing.read-only=on"
                + ",backing.file.filename="
                + base);
    Arrays.fill(expected, 1 << 20, (1 << 20) + CLUSTER, (byte) 7);
    Arrays.fill(expected, 1500 << 10, (1500 << 10) + 512, (byte) 8);
    Arrays.fill(expected, 2 << 20, (2 << 20) + 2 * CLUSTER, (byte) 0);
    expected[SIZE_BYTES - 1] = 9;
    requireLayer();
    Tool.named("qemu-img").succeed("check", "-f", "qcow2", overlay);
  }

  @Test
  void theStorageDaemonTakesTheBaseByNodeName() throws Exception {
    Tool daemon = Tool.named("qemu-storage-daemon");
    Tool qemuIo = Tool.named("qemu-io");
    Path socket = dir.resolve("nbd.sock");
    Path pidFile = dir.resolve("pid");
    daemon.succeed(
        "--daemonize",
        "--pidfile",
        pidFile,
        "--blockdev",
        "driver=file,node-name=base0f,read-only=on,filename=" + base,
        "--blockdev",
        "driver=raw,node-name=base0,read-only=on,file=base0f",
        "--blockdev",
        "driver=file,node-name=over0f,filename=" + overlay,
        "--blockdev",
        "{\"driver\":\"qcow2\",\"node-name\":\"over0\",\"file\":\"over0f\",\"backing\":\"base0\"}",
        "--nbd-server",
        "addr.type=unix,addr.path=" + socket,
        "--export",
        "type=nbd,id=e0,node-name=over0,name=over0,writable=on");
    long pid = Long.parseLong(Files.readString(pidFile).trim());
    try {
      qemuIo.succeed(
          "-f",
          "raw",
          "-c",
          "write -P 7 1M 64k",
          "-c",
          "write -P 8 1500k 512",
          "-c",
          "write -z 2M 128k",
          "-c",
          "write -P 9 4194303 1",
          "-c",
          "flush",
          "nbd+unix:///over0?socket=" + socket);
    } finally {
      ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
      process.destroy();
      process.onExit().join();
    }
    Arrays.fill(expected, 1 << 20, (1 << 20) + CLUSTER, (byte) 7);
    Arrays.fill(expected, 1500 << 10, (1500 << 10) + 512, (byte) 8);
    Arrays.fill(expected, 2 << 20, (2 << 20) + 2 * CLUSTER, (byte) 0);
    expected[SIZE_BYTES - 1] = 9;
    requireLayer();
  }

  private void requireLayer() throws IOException {
    try (Qcow2Image layer = Qcow2Image.openLayer(overlay)) {
      assertThat(layer.backingName()).isEmpty();
      assertThat(Extents.of(layer))
          .containsExactly(
              new Extent(0, 1 << 20, Kind.HOLE),
              new Extent(1 << 20, CLUSTER, Kind.DATA),
              new Extent((1 << 20) + CLUSTER, 6 * CLUSTER, Kind.HOLE),
              new Extent((1 << 20) + 7 * CLUSTER, CLUSTER, Kind.DATA),
              new Extent((1 << 20) + 8 * CLUSTER, 8 * CLUSTER, Kind.HOLE),
              new Extent(2 << 20, 2 * CLUSTER, Kind.ZERO),
              new Extent((2 << 20) + 2 * CLUSTER, 29 * CLUSTER, Kind.HOLE),
              new Extent(SIZE_BYTES - CLUSTER, CLUSTER, Kind.DATA));
    }
    try (LayeredDevice disk =
        LayeredDevice.over(Qcow2Image.openLayer(overlay), RawFile.open(base))) {
      assertThat(Contents.of(disk)).isEqualTo(expected);
    }
    // QEMU's own answer to the same question: the base named afterwards, then the chain flattened.
    Tool qemuImg = Tool.named("qemu-img");
    Path flat = dir.resolve("flat.raw");
    qemuImg.succeed("rebase", "-u", "-f", "qcow2", "-F", "raw", "-b", base, overlay);
    qemuImg.succeed("convert", "-f", "qcow2", "-O", "raw", overlay, flat);
    assertThat(Files.readAllBytes(flat)).isEqualTo(expected);
  }
}
