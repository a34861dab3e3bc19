package io.landfall.snapshot.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.testing.ChildJvm;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged images, in a heap of 64 MiB: refused, or read as QEMU reads them. Fixed seeds; the count
/// is raised with `-Dfuzz.count`.
class FuzzInteropIT {
  private static final int COUNT = Integer.getInteger("fuzz.count", 200);
  private static final long SEED = 77_000;

  @TempDir private Path dir;

  @Test
  void qcow2() throws Exception {
    List<Path> good =
        List.of(
            convert("qcow2", "cluster_size=4096", false),
            convert("qcow2", "cluster_size=65536", false),
            convert("qcow2", "cluster_size=4096", true),
            convert("qcow2", "cluster_size=4096,compression_type=zstd", true),
            convert("qcow2", "cluster_size=16384,extended_l2=on", false),
            convert("qcow2", "cluster_size=512,compat=0.10", false),
            withBitmapAndSnapshot());
    requireNothingWrong("qcow2", good);
  }

  @Test
  void vmdk() throws Exception {
    requireNothingWrong(
        "vmdk",
        List.of(
            convert("vmdk", "subformat=monolithicSparse", false),
            convert("vmdk", "subformat=streamOptimized", false)));
  }

  private Path convert(String format, String options, boolean compressed) throws IOException {
    Path raw = Files.write(dir.resolve("source.raw"), Contents.sparse(600 << 10, 51));
    Path image = dir.resolve(format + options.hashCode() + compressed);
    List<Object> arguments =
        new ArrayList<>(List.of("convert", "-f", "raw", "-O", format, "-o", options, raw, image));
    if (compressed) {
      arguments.add(1, "-c");
    }
    Tool.named("qemu-img").succeed(arguments.toArray());
    return image;
  }

  private Path withBitmapAndSnapshot() throws IOException {
    Path image = convert("qcow2", "cluster_size=8192", false);
    Tool.named("qemu-img").succeed("snapshot", "-c", "before", image);
    Tool.named("qemu-img").succeed("bitmap", "--add", "-f", "qcow2", image, "changes");
    Tool.named("qemu-io").succeed("-f", "qcow2", "-c", "write -P 2 100k 100k", image);
    return image;
  }

  private void requireNothingWrong(String format, List<Path> good) throws Exception {
    List<Object> arguments = new ArrayList<>(List.of(dir, format, COUNT, SEED));
    arguments.addAll(good);
    Process child = ChildJvm.start("-Xmx64m", Fuzz.class, arguments.toArray());
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    System.out.print(said);
    assertThat(said)
        .doesNotContain("MISMATCH", "ALONE")
        .contains("accepted, equal", "refused BAD_POINTER");
  }
}
