package io.landfall.snapshot.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.format.ImageFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A disk that sgdisk partitioned (GPT; numbers 1, 2 and 5) and mkfs.fat and mtools filled: FAT12,
/// FAT16 and FAT32, each with the same three entries.
class VolumesTest {
  private static final Path DISK = Path.of("src/test/resources/golden/gpt-fat.qcow2");
  private static final long BACKUP_SECTORS = 33 * 512;

  @Test
  void aGptDiskHasItsPartitionsByNumberNameAndPlace() throws IOException {
    try (BlockDevice disk = ImageFormat.QCOW2.open(DISK)) {
      List<Partition> partitions = Volumes.of(disk, 100).stream().map(Volume::partition).toList();
      assertThat(partitions).extracting(Partition::number).containsExactly(1, 2, 5);
      assertThat(partitions)
          .extracting(Partition::type)
          .containsExactly("boot", "data sixteen", "big");
      assertThat(partitions)
          .extracting(one -> one.range().offset())
          .containsExactly(2048L * 512, 8192L * 512, 32768L * 512);
      assertThat(partitions.get(1).range().length()).isEqualTo(8L << 20);
    }
  }

  @Test
  void everyFatTypeIsListedWithLongNamesAndSizes() throws IOException {
    try (BlockDevice disk = ImageFormat.QCOW2.open(DISK)) {
      List<Volume> volumes = Volumes.of(disk, 100);
      assertThat(volumes).extracting(Volume::fileSystem).containsExactly("FAT12", "FAT16", "FAT32");
      for (Volume volume : volumes) {
        assertThat(volume.problem()).isEmpty();
        assertThat(volume.files())
            .extracting(FileEntry::path)
            .containsExactlyInAnyOrder("/a long name of a file.txt", "/dir", "/dir/BIG.DAT");
        assertThat(size(volume, "/a long name of a file.txt")).isEqualTo(5);
        assertThat(size(volume, "/dir/BIG.DAT")).isEqualTo(70_000);
      }
    }
  }

  private static long size(Volume volume, String path) {
    return volume.files().stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow()
        .sizeBytes();
  }

  @Test
  void aGptHeaderThatIsNotWhatItWasIsRefused() throws IOException {
    MemoryDevice disk = copy();
    disk.write(512 + 40, ByteBuffer.wrap(new byte[] {77})); // the first usable sector
    assertThatThrownBy(() -> Volumes.of(disk, 100))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("checksum");
  }

  /// The cut-off disk has no room for the last partition, whose files are left out with it.
  @Test
  void aPartitionBehindTheEndOfTheDiskIsLeftOut() throws IOException {
    MemoryDevice whole = copy();
    MemoryDevice cut = new MemoryDevice((32768L + 1000) * 512);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(cut.sizeBytes()));
    whole.read(0, bytes);
    cut.write(0, bytes.flip());
    assertThat(Volumes.of(cut, 100))
        .extracting(Volume::fileSystem)
        .containsExactly("FAT12", "FAT16");
  }

  private static MemoryDevice copy() throws IOException {
    try (BlockDevice disk = ImageFormat.QCOW2.open(DISK)) {
      MemoryDevice copy = new MemoryDevice(disk.sizeBytes());
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(disk.sizeBytes() - BACKUP_SECTORS));
      disk.read(0, bytes);
      copy.write(0, bytes.flip());
      return copy;
    }
  }
}
