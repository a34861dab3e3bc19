package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written is read back, as a device like any other.
class Qcow2WriterTest {

  @Nested
  class Plain extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      return written(dir, content, ClusterCompression.NONE);
    }
  }

  @Nested
  class Deflated extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      return written(dir, content, ClusterCompression.DEFLATE);
    }
  }

  @Nested
  class Zstd extends BlockDeviceContract {
    @Override
    protected BlockDevice deviceWith(byte[] content) throws IOException {
      return written(dir, content, ClusterCompression.ZSTD);
    }
  }

  private static BlockDevice written(Path dir, byte[] content, ClusterCompression compression)
      throws IOException {
    Path path = dir.resolve("written.qcow2");
    Qcow2Writer.write(MemoryDevice.of(content), path, compression, _ -> {});
    return Qcow2Image.openLayer(path);
  }

  @TempDir private Path dir;

  @Test
  void zerosTakeNoSpaceAndProgressEndsAtTheSize() throws IOException {
    MemoryDevice disk = new MemoryDevice(3L << 30);
    disk.write(1L << 30, ByteBuffer.wrap(new byte[1 << 20])); // data that is zero
    disk.write((2L << 30) + 5, ByteBuffer.wrap(new byte[] {1}));
    List<Long> progress = new ArrayList<>();
    Path path = dir.resolve("sparse.qcow2");
    Qcow2Writer.write(disk, path, progress::add);
    assertThat(progress).isSorted().last().isEqualTo(3L << 30);
    // header, data, L2, L1, refcount block, refcount table
    assertThat(Files.size(path)).isEqualTo(6 * 65536);
    try (BlockDevice layer = Qcow2Image.openLayer(path)) {
      assertThat(layer.extents(0, 3L << 30, 9))
          .containsExactly(
              new Extent(0, 2L << 30, Extent.Kind.HOLE),
              new Extent(2L << 30, 65536, Extent.Kind.DATA),
              new Extent((2L << 30) + 65536, (1L << 30) - 65536, Extent.Kind.HOLE));
      assertThat(Contents.read(layer, 2L << 30, 6)).containsExactly(0, 0, 0, 0, 0, 1);
    }
  }

  @Test
  void aSourceThatFailsLeavesNoTraceAndTheOldFileInPlace() throws IOException {
    Path path = dir.resolve("kept.qcow2");
    Files.writeString(path, "old");
    MemoryDevice disk = MemoryDevice.of(Contents.sparse(4 << 20, 3));
    assertThatThrownBy(() ->
            Qcow2Writer.write(
                disk,
                path,
                done -> {
                  if (done > 2 << 20) {
                    throw new IllegalStateException("stopped");
                  }
                }))
        .hasMessage("stopped");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(path);
    }
    assertThat(path).hasContent("old");
  }

  @Test
  void anEmptyDiskIsAnImageToo() throws IOException {
    Path path = dir.resolve("empty.qcow2");
    Qcow2Writer.write(new MemoryDevice(0), path, _ -> {});
    try (BlockDevice layer = Qcow2Image.openLayer(path)) {
      assertThat(layer.sizeBytes()).isZero();
    }
  }
}
