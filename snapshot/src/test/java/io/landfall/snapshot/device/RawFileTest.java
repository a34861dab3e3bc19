package io.landfall.snapshot.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawFileTest extends BlockDeviceContract {
  private static final long MIB = 1 << 20;

  @Override
  protected BlockDevice deviceWith(byte[] content) throws IOException {
    RawFile file = RawFile.create(dir.resolve("contract.raw"), content.length);
    file.write(0, ByteBuffer.wrap(content));
    return file;
  }

  @Test
  void aNewImageIsOneHole() throws IOException {
    assumeTrue(SparseFd.available());
    try (RawFile file = RawFile.create(dir.resolve("new.raw"), 5L << 30)) {
      assertThat(file.sizeBytes()).isEqualTo(5L << 30);
      assertThat(file.extents(0, 5L << 30, 10)).containsExactly(new Extent(0, 5L << 30, Kind.HOLE));
    }
  }

  @Test
  void whatWasJustWrittenIsReadFromMemory() throws IOException {
    assumeTrue(List.of("ext4", "xfs", "btrfs").contains(Files.getFileStore(dir).type()));
    try (RawFile file = RawFile.create(dir.resolve("cached.raw"), MIB)) {
      file.write(4096, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      ByteBuffer target = ByteBuffer.allocateDirect(3);
      assertThat(file.readCached(4096, target)).isTrue();
      assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThat(file.readCached(4096, ByteBuffer.allocate(3))).isFalse();
    }
  }

  @Test
  void extentsAreThoseOfTheFileSystem() throws IOException {
    assumeTrue(SparseFd.available());
    try (RawFile file = RawFile.create(dir.resolve("sparse.raw"), 64 * MIB)) {
      file.write(16 * MIB, ByteBuffer.wrap(new byte[(int) MIB]));
      file.write(40 * MIB, ByteBuffer.wrap(new byte[(int) MIB]));
      file.zero(40 * MIB, MIB);
      assertThat(file.extents(0, 64 * MIB, 10))
          .containsExactly(
              new Extent(0, 16 * MIB, Kind.HOLE),
              new Extent(16 * MIB, MIB, Kind.DATA),
              new Extent(17 * MIB, 47 * MIB, Kind.HOLE));
    }
  }

  @Test
  void staysWithTheFileThatItOpened() throws IOException {
    Path path = dir.resolve("first.raw");
    Files.write(path, new byte[] {1, 1, 1});
    try (RawFile file = RawFile.open(path)) {
      Path other = dir.resolve("other.raw");
      Files.write(other, new byte[] {2, 2, 2});
      Files.move(other, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(Contents.of(file)).containsOnly(1);
    }
  }

  @Test
  void aFileOpenedForReadingTakesNoWrites() throws IOException {
    Path path = dir.resolve("read.raw");
    Files.write(path, new byte[] {1});
    try (RawFile file = RawFile.open(path)) {
      assertThat(file.writable()).isFalse();
      assertThatThrownBy(() -> file.write(0, ByteBuffer.allocate(1)))
          .isInstanceOf(ReadOnlyDeviceException.class);
    }
  }

  @Test
  void neverReplacesAFile() throws IOException {
    Path path = dir.resolve("there.raw");
    Files.write(path, new byte[] {1});
    assertThatThrownBy(() -> RawFile.create(path, 1))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void refusesWhatIsNoRegularFile() {
    assertThatThrownBy(() -> RawFile.open(dir)).hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> RawFile.open(dir.resolve("none")))
        .hasMessageContaining("no such file");
  }

  @Test
  void saysWhenTheFileWasCutUnderIt() throws IOException {
    Path path = dir.resolve("cut.raw");
    Files.write(path, new byte[8192]);
    try (RawFile file = RawFile.open(path)) {
      Files.write(path, new byte[10]);
      assertThatThrownBy(() -> Contents.of(file))
          .isInstanceOfSatisfying(
              CorruptImageException.class,
              e -> assertThat(e.reason()).isEqualTo(CorruptImageException.Reason.TRUNCATED));
      assertThat(file.extents(0, 8192, 10).getLast().end()).isEqualTo(8192);
    }
  }

  @Test
  void aClosedFileAnswersNothing() throws IOException {
    RawFile file = RawFile.create(dir.resolve("closed.raw"), MIB);
    file.close();
    file.close();
    assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(1)))
        .isInstanceOf(java.nio.channels.ClosedChannelException.class);
    if (SparseFd.available()) {
      assertThatThrownBy(() -> file.extents(0, 1, 1))
          .isInstanceOf(java.nio.channels.ClosedChannelException.class);
    }
  }
}
