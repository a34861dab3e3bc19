package io.landfall.snapshot.format;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// The child of [FuzzInteropIT]: damages good images in every way that chance finds, and wants each
/// to be either refused or read exactly as QEMU reads it.
final class Fuzz {
  private static final long MAX_COMPARED_BYTES = 8L << 20;

  /// What a damaged field tends to hold: nothing, little, everything, and places in the file.
  private static final List<Long> VALUES =
      List.of(
          0L,
          1L,
          2L,
          3L,
          8L,
          9L,
          16L,
          512L,
          4096L,
          65535L,
          65536L,
          131072L,
          1L << 20,
          1L << 31,
          1L << 32,
          1L << 40,
          1L << 62,
          1L << 63,
          -1L,
          Long.MAX_VALUE,
          0x8000000000010000L,
          0x4000000000010000L);

  private final Path dir;
  private final TreeMap<String, Integer> counts = new TreeMap<>();

  private Fuzz(Path dir) {
    this.dir = dir;
  }

  /// Arguments: directory, format, count, seed, then good images.
  public static void main(String[] args) throws IOException {
    Fuzz fuzz = new Fuzz(Path.of(args[0]));
    ImageFormat format = ImageFormat.named(args[1]).orElseThrow();
    int count = Integer.parseInt(args[2]);
    long seed = Long.parseLong(args[3]);
    for (int i = 0; i < count; i++) {
      byte[] good = Files.readAllBytes(Path.of(args[4 + i % (args.length - 4)]));
      fuzz.tryOne(format, damaged(good, new Random(seed + i)), seed + i);
    }
    System.out.println("counts " + fuzz.counts);
  }

  private static byte[] damaged(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      damageOnce(bad, random);
    }
    return random.nextInt(12) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length) + 1) : bad;
  }

  private static void damageOnce(byte[] bad, Random random) {
    int at = place(bad, random);
    switch (random.nextInt(3)) {
      case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bad[at] = (byte) random.nextInt();
      default -> {
        boolean big = random.nextBoolean();
        ByteBuffer bytes =
            ByteBuffer.wrap(bad).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int width = random.nextBoolean() ? Integer.BYTES : Long.BYTES;
        int aligned = Math.min(at - at % width, bad.length - width);
        long value = VALUES.get(random.nextInt(VALUES.size()));
        if (width == Integer.BYTES) {
          bytes.putInt(aligned, (int) value);
        } else {
          bytes.putLong(aligned, value);
        }
      }
    }
  }

  /// The header, or a byte that is not zero anywhere, or the start of any sector: tables are there.
  private static int place(byte[] bad, Random random) {
    int header = Math.min(bad.length, 120);
    if (random.nextInt(2) == 0) {
      return random.nextInt(header);
    }
    int sector = random.nextInt(bad.length / 512) * 512;
    return Math.min(bad.length - 1, sector + random.nextInt(64));
  }

  private void tryOne(ImageFormat format, byte[] bytes, long seed) throws IOException {
    Path bad = Files.write(dir.resolve("bad." + format), bytes);
    byte[] content;
    try (BlockDevice disk = format.open(bad)) {
      if (disk.sizeBytes() > MAX_COMPARED_BYTES) {
        disk.extents(0, disk.sizeBytes(), 1000);
        count("accepted, too large to compare");
        return;
      }
      content = Contents.of(disk);
    } catch (CorruptImageException e) {
      count("refused " + e.reason());
      return;
    } catch (IOException | RuntimeException e) {
      System.out.println("MISMATCH " + seed + ": " + e);
      return;
    }
    Path out = dir.resolve("out.raw");
    Tool.Result converted =
        Tool.named("qemu-img")
            .run(
                "convert",
                "-f",
                format.name().toLowerCase(java.util.Locale.ROOT),
                "-O",
                "raw",
                bad,
                out);
    if (converted.status() != 0) {
      System.out.println("ALONE " + seed + ": " + converted.output().strip());
    } else if (!Arrays.equals(content, Files.readAllBytes(out))) {
      System.out.println("MISMATCH " + seed + ": other bytes than QEMU");
    } else {
      count("accepted, equal");
    }
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }
}
