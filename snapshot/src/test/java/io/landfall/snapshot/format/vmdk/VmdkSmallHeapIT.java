package io.landfall.snapshot.format.vmdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.testing.ChildJvm;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All that a hostile VMDK can ask for, in a JVM with a heap of 64 MiB.
class VmdkSmallHeapIT {
  @TempDir private Path dir;

  @Test
  void hostileImagesCostNoMemory() throws Exception {
    Process child = ChildJvm.start("-Xmx64m", Hostile.class, dir);
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .hasSize(VmdkRefusalTest.POKES.size() + 3)
        .allSatisfy(line -> assertThat(line).matches("(refused|hole|read) .*"));
  }

  /// The child.
  static final class Hostile {
    private static final long TABLES = SparseHeader.MAX_DIRECTORY_ENTRIES;
    private static final long TABLE_SECTORS = SparseHeader.TABLE_ENTRIES * 4L / Sectors.BYTES;
    private static final long SECTORS =
        TABLES * SparseHeader.TABLE_ENTRIES * VmdkWriter.GRAIN_SECTORS;
    private static final long DIRECTORY = 64;
    private static final long FIRST_TABLE = DIRECTORY + TABLES * 4 / Sectors.BYTES;

    private Hostile() {}

    public static void main(String[] args) throws IOException {
      Path dir = Path.of(args[0]);
      byte[] good = VmdkRefusalTest.writeGood(dir.resolve("good.vmdk"));
      for (VmdkRefusalTest.Poke poke : VmdkRefusalTest.POKES) {
        byte[] bad = good.clone();
        VmdkRefusalTest.put(bad, poke);
        System.out.println(refusal(Files.write(dir.resolve("bad.vmdk"), bad)));
      }
      directory(dir.resolve("empty.vmdk"), false);
      directory(dir.resolve("tables.vmdk"), true);
      bomb(dir.resolve("bomb.vmdk"));
    }

    private static String refusal(Path bad) throws IOException {
      try (VmdkImage image = VmdkImage.openLayer(bad)) {
        Contents.of(image);
        return "accepted";
      } catch (CorruptImageException e) {
        return "refused " + e.getMessage();
      }
    }

    /// The largest directory, of a disk of 8 TiB: without tables, or with each in a hole of the
    /// file.
    private static void directory(Path path, boolean tables) throws IOException {
      long end = FIRST_TABLE + TABLES * TABLE_SECTORS;
      try (RawFile file = RawFile.create(path, end * Sectors.BYTES)) {
        ByteBuffer header = HeaderWriter.header(1, 0, SECTORS, 0, DIRECTORY, end);
        file.write(0, header.clear());
        file.write(
            header.getLong(28) * Sectors.BYTES,
            HeaderWriter.descriptor("monolithicSparse", SECTORS, "disk.vmdk"));
        if (tables) {
          ByteBuffer entries = ByteBuffer.allocate((int) TABLES * 4).order(ByteOrder.LITTLE_ENDIAN);
          for (long table = 0; table < TABLES; table++) {
            entries.putInt((int) (FIRST_TABLE + table * TABLE_SECTORS));
          }
          file.write(DIRECTORY * Sectors.BYTES, entries.flip());
        }
      }
      try (VmdkImage layer = VmdkImage.openLayer(path)) {
        System.out.println("hole " + layer.extents(0, layer.sizeBytes(), 2));
      }
    }

    /// Grains that unpack to hundreds of times their size; one piece of each is read.
    private static void bomb(Path path) throws IOException {
      byte[] ones = new byte[128 << 10];
      Arrays.fill(ones, (byte) 1);
      Path raw = path.resolveSibling("ones.raw");
      try (RawFile disk = RawFile.create(raw, 256L << 20)) {
        for (long at = 0; at < disk.sizeBytes(); at += ones.length) {
          disk.write(at, ByteBuffer.wrap(ones));
        }
        VmdkWriter.writeStreamOptimized(disk, path, _ -> {});
      }
      Files.delete(raw);
      try (VmdkImage layer = VmdkImage.openLayer(path)) {
        ByteBuffer piece = ByteBuffer.allocate(512);
        for (long at = 0; at < layer.sizeBytes(); at += 65536) {
          layer.read(at, piece.clear());
        }
        System.out.println("read " + layer.extents(0, layer.sizeBytes(), 2));
      }
    }
  }
}
