package io.landfall.snapshot.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// File systems that e2fsprogs and dosfstools make, listed by us.
class VolumesInteropIT {
  private static final int SIZE = 48 << 20;

  @TempDir private Path temporary;
  private Path tree;

  @BeforeEach
  void aTree() throws IOException {
    tree = Files.createDirectory(temporary.resolve("tree"));
    Files.createDirectories(tree.resolve("home/alice"));
    Files.write(tree.resolve("home/alice/a name with spaces and more than eight.txt"), new byte[9]);
    Files.write(tree.resolve("home/alice/result.dat"), new byte[123_456]);
    Path many = Files.createDirectory(tree.resolve("many"));
    for (int i = 0; i < 700; i++) {
      Files.createFile(many.resolve("file-with-a-long-enough-name-" + i));
    }
  }

  private static void require(String tool) {
    boolean there =
        List.of("/usr/sbin", "/sbin", "/usr/bin").stream()
            .anyMatch(dir -> Files.isExecutable(Path.of(dir, tool)));
    if (!there && Boolean.getBoolean("interop.required")) {
      throw new AssertionError("needs " + tool);
    }
    assumeTrue(there, "needs " + tool);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
  }

  private Path makeExt(String type) throws IOException, InterruptedException {
    require("mke2fs");
    Path image = temporary.resolve(type + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    run("mke2fs", "-q", "-F", "-t", type, "-d", tree.toString(), image.toString());
    return image;
  }

  private static Set<String> paths(Volume volume) {
    return volume.files().stream().map(FileEntry::path).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext2", "ext3", "ext4"})
  void everyFileOfExtIsListed(String type) throws Exception {
    try (BlockDevice disk = RawFile.open(makeExt(type))) {
      List<Volume> volumes = Volumes.of(disk, 100_000);
      assertThat(volumes).hasSize(1);
      Volume volume = volumes.getFirst();
      assertThat(volume.problem()).isEmpty();
      assertThat(volume.fileSystem()).isEqualTo(type);
      assertThat(paths(volume))
          .contains("/home/alice/a name with spaces and more than eight.txt", "/lost+found")
          .contains("/many/file-with-a-long-enough-name-699");
      assertThat(volume.files()).hasSize(3 + 2 + 1 + 700);
      assertThat(volume.files())
          .filteredOn(file -> file.path().equals("/home/alice/result.dat"))
          .singleElement()
          .satisfies(file -> assertThat(file.sizeBytes()).isEqualTo(123_456));
      assertThat(Volumes.of(disk, 10).getFirst().problem()).contains("more than 10 files");
    }
  }

  /// QEMU presents a directory as a disk with one FAT partition.
  @Test
  void everyFileOfFatIsListed() throws Exception {
    require("qemu-img");
    Path small = tree.resolve("home");
    Path image = temporary.resolve("fat.img");
    run("qemu-img", "convert", "-O", "raw", "fat:" + small, image.toString());
    try (BlockDevice disk = RawFile.open(image)) {
      Volume volume = Volumes.of(disk, 100_000).getFirst();
      assertThat(volume.problem()).isEmpty();
      assertThat(volume.fileSystem()).isEqualTo("FAT16");
      assertThat(volume.partition().number()).isEqualTo(1);
      assertThat(paths(volume))
          .contains(
              "/alice", "/alice/a name with spaces and more than eight.txt", "/alice/result.dat");
      assertThat(volume.files())
          .filteredOn(file -> file.path().equals("/alice/result.dat"))
          .singleElement()
          .satisfies(file -> assertThat(file.sizeBytes()).isEqualTo(123_456));
    }
  }

  @Test
  void partitionsOfAnMbrAreFound() throws Exception {
    Path ext = makeExt("ext4");
    Path whole = temporary.resolve("whole.img");
    byte[] content = Files.readAllBytes(ext);
    try (RandomAccessFile file = new RandomAccessFile(whole.toFile(), "rw")) {
      file.setLength(SIZE + (4 << 20));
      ByteBuffer mbr = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
      mbr.put(446 + 16 + 4, (byte) 0x83)
          .putInt(446 + 16 + 8, 2048)
          .putInt(446 + 16 + 12, SIZE / 512);
      mbr.putShort(510, (short) 0xAA55);
      file.write(mbr.array());
      file.seek(1 << 20);
      file.write(content);
    }
    try (BlockDevice disk = RawFile.open(whole)) {
      Volume volume = Volumes.of(disk, 100_000).getFirst();
      assertThat(volume.partition().number()).isEqualTo(2);
      assertThat(volume.partition().range().offset()).isEqualTo(1 << 20);
      assertThat(paths(volume)).contains("/home/alice/result.dat");
    }
  }

  /// Random bytes over the metadata: an answer or a refusal, within bounds and time.
  @Test
  void damagedFileSystemsEndTheListAndNothingElse() throws Exception {
    Path image = makeExt("ext4");
    byte[] good = Files.readAllBytes(image);
    Random random = new Random(5);
    for (int round = 0; round < 15; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i < 40; i++) {
        bad[random.nextInt(round % 2 == 0 ? 4096 : 2 << 20)] = (byte) random.nextInt();
      }
      Files.write(image, bad);
      try (BlockDevice disk = RawFile.open(image)) {
        assertThat(Volumes.of(disk, 5000)).isNotNull();
      } catch (io.landfall.snapshot.device.CorruptImageException e) {
        assertThat(e).hasMessageContaining("GPT");
      }
    }
  }
}
