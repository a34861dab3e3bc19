package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.report.ImageDiff;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import io.landfall.snapshot.testing.QemuMap;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images that QEMU writes with every option it has, read by us: equal bytes and equal allocation.
class Qcow2ImageInteropIT {
  @TempDir private Path dir;
  private Tool qemuImg;
  private Tool qemuIo;

  @BeforeEach
  void findTools() {
    qemuImg = Tool.named("qemu-img");
    qemuIo = Tool.named("qemu-io");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compat=0.10,cluster_size=512",
        "compat=0.10,cluster_size=4096",
        "compat=0.10,cluster_size=2097152",
        "compat=0.10,cluster_size=65536",
        "compat=1.1,cluster_size=512",
        "compat=1.1,cluster_size=4096,refcount_bits=1",
        "compat=1.1,cluster_size=65536",
        "compat=1.1,cluster_size=65536,refcount_bits=64",
        "compat=1.1,cluster_size=65536,lazy_refcounts=on",
        "compat=1.1,cluster_size=2097152",
        "compat=1.1,cluster_size=16384,extended_l2=on",
        "compat=1.1,cluster_size=131072,extended_l2=on",
      })
  void plainImages(String options) throws IOException {
    requireSame(converted(options, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cluster_size=512",
        "cluster_size=512,compat=0.10",
        "cluster_size=512,compression_type=zstd",
        "cluster_size=4096",
        "cluster_size=65536",
        "cluster_size=65536,compat=0.10",
        "cluster_size=2097152",
        "cluster_size=65536,compression_type=zstd",
        "cluster_size=4096,compression_type=zstd",
        "cluster_size=2097152,compression_type=zstd",
        "cluster_size=65536,extended_l2=on",
      })
  void compressedImages(String options) throws IOException {
    requireSame(converted(options, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cluster_size=4096",
        "cluster_size=65536",
        "cluster_size=65536,extended_l2=on",
        "cluster_size=65536,compression_type=zstd",
      })
  void imagesWithAllKindsOfClusters(String options) throws IOException {
    Path image = dir.resolve("kinds.qcow2");
    qemuImg.succeed("create", "-f", "qcow2", "-o", options, image, "8M");
    qemuIo.succeed(
        "-f",
        "qcow2",
        "-c",
        "write -P 1 0 1M",
        "-c",
        "write -P 2 3000k 100k",
        "-c",
        "write -z 64k 64k",
        "-c",
        "write -zu 256k 64k",
        "-c",
        "discard 512k 64k",
        "-c",
        "write -P 3 4097k 513",
        "-c",
        "write -c -P 4 5M 64k",
        "-c",
        "write -c -P 5 5184k 64k",
        "-c",
        "write -P 6 8388607 1",
        image);
    requireSame(image);
  }

  /// QEMU looks through to the holes of the file here; for us allocated is data.
  @Test
  void anImageWithPreallocatedMetadata() throws IOException {
    Path image = converted("preallocation=metadata", false);
    Path flat = dir.resolve("flat.raw");
    qemuImg.succeed("convert", "-f", "qcow2", "-O", "raw", image, flat);
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(Contents.of(layer)).isEqualTo(Files.readAllBytes(flat));
      assertThat(Extents.of(layer))
          .containsExactly(new Extent(0, layer.sizeBytes(), Extent.Kind.DATA));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "512", "65024", "600M", "5G"})
  void sizesOfAllKinds(String size) throws IOException {
    Path image = dir.resolve("size.qcow2");
    qemuImg.succeed("create", "-f", "qcow2", image, size);
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      if (layer.sizeBytes() == 0) {
        return;
      }
      long last = layer.sizeBytes() - 512;
      qemuIo.succeed("-f", "qcow2", "-c", "write -P 5 " + last + " 512", image);
    }
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(Contents.read(layer, layer.sizeBytes() - 512, 512)).containsOnly(5);
      assertThat(Extents.of(layer)).isEqualTo(QemuMap.of(qemuImg, "qcow2", image));
    }
  }

  @Test
  void anImageWithInternalSnapshotsAndBitmaps() throws IOException {
    Path image = dir.resolve("snapshots.qcow2");
    qemuImg.succeed("create", "-f", "qcow2", image, "8M");
    qemuIo.succeed("-f", "qcow2", "-c", "write -P 1 0 1M", image);
    qemuImg.succeed("snapshot", "-c", "before", image);
    qemuImg.succeed("bitmap", "--add", "-f", "qcow2", image, "changes");
    qemuIo.succeed("-f", "qcow2", "-c", "write -P 2 512k 1M", image);
    qemuImg.succeed("bitmap", "--add", "--disable", "-g", "131072", "-f", "qcow2", image, "frozen");
    requireSame(image);
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(layer.snapshots()).containsExactly("before");
      assertThat(layer.bitmaps())
          .containsExactly(
              new Bitmap("changes", 65536, false, true),
              new Bitmap("frozen", 131072, false, false));
    }
  }

  @Test
  void aDirtyImageWithLazyRefcounts() throws Exception {
    Path image = dir.resolve("dirty.qcow2");
    qemuImg.succeed("create", "-f", "qcow2", "-o", "lazy_refcounts=on", image, "8M");
    // Aborts itself with the image open, as a crash would.
    Tool.Result crash =
        qemuIo.run("-f", "qcow2", "-c", "write -P 7 1M 1M", "-c", "flush", "-c", "abort", image);
    assertThat(crash.status()).isNotZero();
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(layer.dirty()).isTrue();
      assertThat(Contents.read(layer, 1 << 20, 1 << 20)).containsOnly(7);
    }
    requireSame(image);
  }

  /// A writer that had a bitmap open has died: the bitmap says so, the disk is what was written.
  @Test
  void aBitmapWhoseWriterDied() throws Exception {
    Path image = dir.resolve("in-use.qcow2");
    qemuImg.succeed("create", "-f", "qcow2", image, "8M");
    qemuImg.succeed("bitmap", "--add", "-f", "qcow2", image, "changes");
    assertThat(
            qemuIo
                .run("-f", "qcow2", "-c", "write -P 7 1M 1M", "-c", "flush", "-c", "abort", image)
                .status())
        .isNotZero();
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(layer.bitmaps()).containsExactly(new Bitmap("changes", 65536, true, true));
      assertThat(Contents.read(layer, 1 << 20, 1 << 20)).containsOnly(7);
    }
  }

  /// QEMU killed in the middle of writing: what is there is read as QEMU reads it.
  @ParameterizedTest
  @ValueSource(strings = {"lazy_refcounts=off", "lazy_refcounts=on", "extended_l2=on"})
  void anImageWhoseWriterWasKilled(String options) throws Exception {
    Path image = dir.resolve("killed.qcow2");
    qemuImg.succeed("create", "-f", "qcow2", "-o", options, image, "256M");
    Process writer =
        new ProcessBuilder(
                qemuImg.program().toString(),
                "bench",
                "-w",
                "-f",
                "qcow2",
                "--pattern=9",
                "-d",
                "8",
                "-c",
                "1000000",
                "-s",
                "12288",
                "-S",
                "86016",
                "--flush-interval=64",
                image.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (Files.size(image) < 8 << 20 && writer.isAlive()) {
      Thread.sleep(1);
    }
    assertThat(writer.isAlive()).as("killed in the middle").isTrue();
    writer.destroyForcibly().waitFor();
    Path flat = dir.resolve("flat.raw");
    qemuImg.succeed("convert", "-f", "qcow2", "-O", "raw", image, flat);
    try (Qcow2Image layer = Qcow2Image.openLayer(image);
        RawFile expected = RawFile.open(flat)) {
      assertThat(ImageDiff.between(layer, expected, done -> {}).changed()).isEmpty();
      assertThat(layer.dirty()).isEqualTo(options.equals("lazy_refcounts=on"));
    }
  }

  private Path converted(String options, boolean compressed) throws IOException {
    Path raw = dir.resolve("source.raw");
    Path image = dir.resolve("image.qcow2");
    Files.write(raw, Contents.sparse((6 << 20) + 512 * 3, 11));
    List<Object> arguments =
        new ArrayList<>(List.of("convert", "-f", "raw", "-O", "qcow2", "-o", options, raw, image));
    if (compressed) {
      arguments.add(1, "-c");
    }
    qemuImg.succeed(arguments.toArray());
    return image;
  }

  private void requireSame(Path image) throws IOException {
    Path flat = dir.resolve("flat.raw");
    qemuImg.succeed("convert", "-f", "qcow2", "-O", "raw", image, flat);
    try (Qcow2Image layer = Qcow2Image.openLayer(image)) {
      assertThat(Contents.of(layer)).isEqualTo(Files.readAllBytes(flat));
      List<Extent> extents = Extents.of(layer);
      assertThat(extents).isEqualTo(QemuMap.of(qemuImg, "qcow2", image));
    }
  }
}
