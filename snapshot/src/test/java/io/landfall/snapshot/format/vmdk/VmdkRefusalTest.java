package io.landfall.snapshot.format.vmdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class VmdkRefusalTest {
  /// Where our writer puts the first tables of a small monolithicSparse image, in sectors.
  private static final int SECOND_TABLE = 22;

  private static final int DIRECTORY = 26;
  private static final int TABLE = 27;

  @TempDir private Path dir;

  record Poke(String name, int at, long value, int bytes, Reason reason) {}

  private static Poke u32(String name, int at, int value, Reason reason) {
    return new Poke(name, at, value, Integer.BYTES, reason);
  }

  private static Poke u64(String name, int at, long value, Reason reason) {
    return new Poke(name, at, value, Long.BYTES, reason);
  }

  static final List<Poke> POKES =
      List.of(
          u32("version 0", 4, 0, Reason.UNSUPPORTED),
          u32("version 4", 4, 4, Reason.UNSUPPORTED),
          u32("unknown flags", 8, 1 << 5, Reason.UNSUPPORTED),
          u32("packed without a method", 8, 3 << 16, Reason.INCONSISTENT),
          u32("newlines changed", 73, 0x0A0A200A, Reason.BAD_DATA),
          u64("no capacity", 12, 0, Reason.OVER_LIMIT),
          u64("capacity of ff", 12, -1, Reason.OVER_LIMIT),
          u64("capacity of 2^63-1", 12, Long.MAX_VALUE, Reason.OVER_LIMIT),
          u64("capacity that its descriptor does not know", 12, 1, Reason.INCONSISTENT),
          u64("grain of ff", 20, -1, Reason.OVER_LIMIT),
          u64("no grain", 20, 0, Reason.OVER_LIMIT),
          u64("grain of 3 sectors", 20, 3, Reason.OVER_LIMIT),
          u64("grain of 1 GiB", 20, 0x200000, Reason.OVER_LIMIT),
          u64("descriptor behind the end", 28, 1L << 40, Reason.TRUNCATED),
          u64("descriptor at 2^63", 28, Long.MIN_VALUE, Reason.BAD_POINTER),
          u64("descriptor of ff", 36, -1, Reason.BAD_POINTER),
          u32("tables of ff", 44, -1, Reason.OVER_LIMIT),
          u32("tables of 513", 44, 513, Reason.OVER_LIMIT),
          u32("tables of none", 44, 0, Reason.OVER_LIMIT),
          u64("second directory behind the end", 48, 1L << 40, Reason.TRUNCATED),
          u64("directory behind the end", 56, 1L << 40, Reason.TRUNCATED),
          u64("directory over the descriptor", 56, 5, Reason.BAD_POINTER),
          u64("directory at the end, without a footer", 56, -1, Reason.TRUNCATED),
          u64("directory at 2^63", 56, Long.MIN_VALUE, Reason.BAD_POINTER),
          u64("grains behind the end", 64, 1L << 40, Reason.TRUNCATED),
          u64("grains at 2^63", 64, Long.MIN_VALUE, Reason.TRUNCATED),
          u32("table behind the end", DIRECTORY * 512, 1 << 30, Reason.TRUNCATED),
          u32("table over the header", DIRECTORY * 512, -1, Reason.TRUNCATED),
          u32("table over the second table", DIRECTORY * 512, SECOND_TABLE, Reason.BAD_POINTER),
          u32("table that only one directory has", DIRECTORY * 512, 0, Reason.INCONSISTENT),
          u32("grain that only one table has", SECOND_TABLE * 512, 0, Reason.INCONSISTENT));

  @TestFactory
  Stream<DynamicTest> everyPokeIsRefused() throws IOException {
    byte[] good = good();
    return POKES.stream()
        .map(poke ->
            dynamicTest(
                poke.name,
                () -> {
                  byte[] bad = good.clone();
                  put(bad, poke);
                  requireRefusal(bad, poke.reason);
                }));
  }

  /// Grain entries, which both tables must agree about.
  @Test
  void grainsOutsideOfTheDataAreRefused() throws IOException {
    for (int sector : new int[] {1, SECOND_TABLE, TABLE + 3, 1 << 30, -1}) {
      byte[] bad = good();
      put(bad, u32("", SECOND_TABLE * 512, sector, Reason.BAD_POINTER));
      put(bad, u32("", TABLE * 512, sector, Reason.BAD_POINTER));
      requireRefusal(bad, Reason.BAD_POINTER);
    }
  }

  private byte[] good() throws IOException {
    return writeGood(dir.resolve("good.vmdk"));
  }

  static byte[] writeGood(Path path) throws IOException {
    byte[] content = new byte[1 << 20];
    Arrays.fill(content, 0, 4 * 65536, (byte) 1);
    VmdkWriter.writeMonolithicSparse(MemoryDevice.of(content), path, _ -> {});
    try (VmdkImage image = VmdkImage.openLayer(path)) {
      assertThat(Contents.of(image)).isEqualTo(content);
    }
    return Files.readAllBytes(path);
  }

  @Test
  void packedGrainsThatLieAreRefused() throws IOException {
    Path path = dir.resolve("packed.vmdk");
    byte[] content = new byte[2 * 65536];
    Arrays.fill(content, (byte) 1);
    VmdkWriter.writeStreamOptimized(MemoryDevice.of(content), path, _ -> {});
    byte[] good = Files.readAllBytes(path);
    int record = 128 * 512;
    requireRefusal(with(good, u64("another grain", record, 128, Reason.INCONSISTENT)));
    requireRefusal(with(good, u32("no bytes", record + 8, 0, Reason.OVER_LIMIT)));
    requireRefusal(with(good, u32("too many", record + 8, -1, Reason.OVER_LIMIT)));
    requireRefusal(with(good, u32("cut short", record + 8, 20, Reason.BAD_DATA)));
    requireRefusal(with(good, u32("garbage", record + 12, 0, Reason.BAD_DATA)));
    requireRefusal(Arrays.copyOf(good, good.length - 512), Reason.TRUNCATED);
    requireRefusal(Arrays.copyOf(good, good.length - 3 * 512), Reason.TRUNCATED);
    requireRefusal(
        with(good, u64("footer with another size", good.length - 1024 + 12, 5, Reason.OVER_LIMIT))
            .bytes(),
        Reason.INCONSISTENT);
  }

  @TestFactory
  Stream<DynamicTest> descriptorsThatAreRefused() {
    String head = "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n";
    String flat = head + "createType=\"monolithicFlat\"\n";
    return Stream.of(
            descriptor("no createType", head, Reason.INCONSISTENT),
            descriptor("no version", flat.replace("version=1\n", ""), Reason.INCONSISTENT),
            descriptor("version 4", flat.replace("version=1", "version=4"), Reason.UNSUPPORTED),
            descriptor(
                "CID of 9 digits", flat.replace("CID=1", "CID=123456789"), Reason.INCONSISTENT),
            descriptor("no extents", flat, Reason.INCONSISTENT),
            descriptor("a line nobody knows", flat + "hello world\n", Reason.UNSUPPORTED),
            descriptor("a key nobody knows", flat + "dataFile=\"x\"\n", Reason.UNSUPPORTED),
            descriptor("two createTypes", flat + "createType=\"vmfs\"\n", Reason.INCONSISTENT),
            descriptor(
                "change tracking", flat + "changeTrackPath=\"x-ctk.vmdk\"\n", Reason.NAMES_A_FILE),
            descriptor("raw device", head + "createType=\"fullDevice\"\n", Reason.UNSUPPORTED),
            descriptor("FLAT without an offset", flat + "RW 8 FLAT \"x\"\n", Reason.INCONSISTENT),
            descriptor("VMFS with an offset", flat + "RW 8 VMFS \"x\" 1\n", Reason.INCONSISTENT),
            descriptor("another type", flat + "RW 8 SPARSE \"x\"\n", Reason.UNSUPPORTED),
            descriptor("device", flat + "RW 8 VMFSRDM \"x\"\n", Reason.UNSUPPORTED),
            descriptor("read-only extent", flat + "RDONLY 8 FLAT \"x\" 0\n", Reason.UNSUPPORTED),
            descriptor("zero extent", flat + "RW 8 ZERO\n", Reason.UNSUPPORTED),
            descriptor("no sectors", flat + "RW 0 FLAT \"x\" 0\n", Reason.OVER_LIMIT),
            descriptor(
                "2^59 sectors", flat + "RW 576460752303423488 FLAT \"x\" 0\n", Reason.OVER_LIMIT),
            descriptor(
                "absolute name", flat + "RW 1 FLAT \"/etc/passwd\" 0\n", Reason.NAMES_A_FILE),
            descriptor("name upwards", flat + "RW 1 FLAT \"../x\" 0\n", Reason.NAMES_A_FILE),
            descriptor("name with a drive", flat + "RW 1 FLAT \"C:x\" 0\n", Reason.NAMES_A_FILE),
            descriptor(
                "name with a backslash", flat + "RW 1 FLAT \"a\\b\" 0\n", Reason.NAMES_A_FILE),
            descriptor("name of nothing", flat + "RW 1 FLAT \"\" 0\n", Reason.NAMES_A_FILE),
            descriptor("itself", flat + "RW 1 FLAT \"bad.vmdk\" 0\n", Reason.NAMES_A_FILE),
            descriptor("a link", flat + "RW 1 FLAT \"link\" 0\n", Reason.NAMES_A_FILE),
            descriptor("a directory", flat + "RW 1 FLAT \"folder\" 0\n", Reason.NAMES_A_FILE),
            descriptor("missing", flat + "RW 1 FLAT \"missing\" 0\n", Reason.NAMES_A_FILE),
            descriptor(
                "twice", flat + "RW 1 FLAT \"x\" 0\nRW 1 FLAT \"x\" 0\n", Reason.NAMES_A_FILE),
            descriptor("behind its end", flat + "RW 3 FLAT \"x\" 0\n", Reason.TRUNCATED),
            descriptor("offset behind its end", flat + "RW 1 FLAT \"x\" 9\n", Reason.TRUNCATED),
            descriptor(
                "far offset", flat + "RW 1 FLAT \"x\" 999999999999999999\n", Reason.TRUNCATED),
            descriptor("no VMDK", "hello", Reason.WRONG_MAGIC))
        .map(each -> each);
  }

  private DynamicTest descriptor(String name, String text, Reason reason) {
    return dynamicTest(
        name,
        () -> {
          Files.write(dir.resolve("x"), new byte[1024]);
          Files.createDirectories(dir.resolve("folder"));
          Files.deleteIfExists(dir.resolve("link"));
          Files.createSymbolicLink(dir.resolve("link"), dir.resolve("x"));
          requireRefusal(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), reason);
        });
  }

  private record Bad(ByteBuffer content, Reason reason) {
    byte[] bytes() {
      byte[] copy = new byte[content.limit()];
      content.get(0, copy);
      return copy;
    }
  }

  private static Bad with(byte[] good, Poke poke) {
    byte[] bad = good.clone();
    put(bad, poke);
    return new Bad(ByteBuffer.wrap(bad), poke.reason);
  }

  static void put(byte[] image, Poke poke) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    if (poke.bytes == Integer.BYTES) {
      bytes.putInt(poke.at, (int) poke.value);
    } else {
      bytes.putLong(poke.at, poke.value);
    }
  }

  private void requireRefusal(Bad bad) throws IOException {
    requireRefusal(bad.bytes(), bad.reason);
  }

  private void requireRefusal(byte[] content, Reason reason) throws IOException {
    Path path = Files.write(dir.resolve("bad.vmdk"), content);
    ThrowingCallable reading =
        () -> {
          try (VmdkImage image = VmdkImage.openLayer(path)) {
            Contents.of(image);
          }
        };
    org.assertj.core.api.Assertions.assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            CorruptImageException.class,
            e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }
}
