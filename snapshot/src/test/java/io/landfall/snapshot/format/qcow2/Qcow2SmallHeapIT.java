package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.testing.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All that a hostile image can ask for, in a JVM with a heap of 64 MiB.
class Qcow2SmallHeapIT {
  @TempDir private Path dir;

  @Test
  void hostileImagesCostNoMemory() throws Exception {
    Process child = ChildJvm.start("-Xmx64m", Hostile.class, dir);
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .hasSize(PokedQcow2.POKES.size() + 4)
        .allSatisfy(line -> assertThat(line).matches("(refused|hole|read) .*"));
  }

  /// The child.
  static final class Hostile {
    private static final long L1_ENTRIES = Layout.MAX_L1_BYTES / Long.BYTES;

    private Hostile() {}

    public static void main(String[] args) throws IOException {
      Path dir = Path.of(args[0]);
      Path good = dir.resolve("good.qcow2");
      PokedQcow2.writeGood(good);
      byte[] image = Files.readAllBytes(good);
      for (PokedQcow2.Poke poke : PokedQcow2.POKES) {
        Path bad = Files.write(dir.resolve("bad.qcow2"), poke.applyTo(image));
        System.out.println("refused " + PokedQcow2.refusal(bad).orElseThrow().getMessage());
      }
      largestTables(dir.resolve("tables.qcow2"));
      manyClusters(dir.resolve("clusters.qcow2"));
      bomb(dir.resolve("deflate.qcow2"), ClusterCompression.DEFLATE);
      bomb(dir.resolve("zstd.qcow2"), ClusterCompression.ZSTD);
    }

    /// L1 of 32 MiB and refcount table of 8 MiB, both holes, for a disk of 2 PiB.
    private static void largestTables(Path path) throws IOException {
      long l1 = 16L << 20;
      long size = L1_ENTRIES * 8192 * 65536;
      try (RawFile file = RawFile.create(path, 64L << 20)) {
        file.write(
            0, new HeaderWriter(size).l1((int) L1_ENTRIES, l1).refcountTable(128, 65536).build());
      }
      try (Qcow2Image layer = Qcow2Image.openLayer(path)) {
        System.out.println("hole " + layer.extents(0, size, 2));
      }
    }

    /// As many clusters of 512 bytes as are allowed, with one in each page of the claims.
    private static void manyClusters(Path path) throws IOException {
      long fileBytes = Layout.MAX_FILE_CLUSTERS * 512;
      int l2Tables = 64;
      try (RawFile file = RawFile.create(path, fileBytes)) {
        ByteBuffer header =
            new HeaderWriter(l2Tables * 64L * 512).l1(l2Tables, 1024).refcountTable(1, 512).build();
        file.write(0, header.putInt(20, 9));
        ByteBuffer l1 = ByteBuffer.allocate(l2Tables * 8);
        for (int i = 0; i < l2Tables; i++) {
          long l2 = (10L + i) * 512;
          l1.putLong(l2);
          ByteBuffer entries = ByteBuffer.allocate(512);
          for (int j = 0; j < 64; j++) {
            long page = i * 64L + j;
            boolean packed = j % 2 == 0;
            long host = (page / 2 * 65536 + (packed ? 9000 : 9001)) * 512;
            entries.putLong(packed ? Layout.COMPRESSED | host : host);
          }
          file.write(l2, entries.flip());
        }
        file.write(1024, l1.flip());
      }
      try (Qcow2Image layer = Qcow2Image.openLayer(path)) {
        System.out.println("read " + layer.extents(0, layer.sizeBytes(), 2));
      }
    }

    /// Many clusters that unpack to a thousand times their size; one piece of each is read.
    private static void bomb(Path path, ClusterCompression compression) throws IOException {
      byte[] ones = new byte[128 << 10];
      Arrays.fill(ones, (byte) 1);
      try (RawFile disk = RawFile.create(path.resolveSibling("ones.raw"), 512L << 20)) {
        for (long at = 0; at < disk.sizeBytes(); at += ones.length) {
          disk.write(at, ByteBuffer.wrap(ones));
        }
        Qcow2Writer.write(disk, path, compression, _ -> {});
      }
      Files.delete(path.resolveSibling("ones.raw"));
      try (Qcow2Image layer = Qcow2Image.openLayer(path)) {
        ByteBuffer piece = ByteBuffer.allocate(512);
        for (long at = 0; at < layer.sizeBytes(); at += 65536) {
          layer.read(at, piece.clear());
        }
        System.out.println("read " + layer.extents(0, layer.sizeBytes(), 2));
      }
    }
  }
}
