package io.landfall.snapshot.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LayeredDeviceTest extends BlockDeviceContract {
  private static final int BLOCK = 4096;

  /// Every other block of the content lies in the base, the rest in the layer over it; the base is
  /// shorter than the disk.
  @Override
  protected BlockDevice deviceWith(byte[] content) {
    int baseBytes = content.length / 2;
    MemoryDevice base = new MemoryDevice(baseBytes);
    MemoryDevice top = new MemoryDevice(content.length);
    for (int at = 0; at < content.length; at += BLOCK) {
      int length = Math.min(BLOCK, content.length - at);
      boolean inBase = at / BLOCK % 2 == 0 && at + length <= baseBytes;
      (inBase ? base : top).write(at, ByteBuffer.wrap(content, at, length));
    }
    return LayeredDevice.over(top, base);
  }

  @Test
  void behindTheEndOfTheBaseThereAreZeros() throws IOException {
    byte[] ones = new byte[6000];
    Arrays.fill(ones, (byte) 1);
    try (BlockDevice disk =
        LayeredDevice.over(new MemoryDevice(4 * BLOCK), MemoryDevice.of(ones))) {
      byte[] expected = Arrays.copyOf(ones, 4 * BLOCK);
      assertThat(Contents.of(disk)).isEqualTo(expected);
      assertThat(disk.extents(0, 4 * BLOCK, 9))
          .containsExactly(
              new Extent(0, 6000, Kind.DATA), new Extent(6000, 4 * BLOCK - 6000, Kind.ZERO));
    }
  }

  @Test
  void aZeroOfTheLayerHidesTheBase() throws IOException {
    byte[] ones = new byte[BLOCK];
    Arrays.fill(ones, (byte) 1);
    try (BlockDevice disk = LayeredDevice.over(new ZeroDevice(BLOCK), MemoryDevice.of(ones))) {
      assertThat(Contents.of(disk)).containsOnly(0);
    }
  }

  @Test
  void holesOfBothStayHoles() throws IOException {
    try (BlockDevice disk = LayeredDevice.over(new MemoryDevice(BLOCK), new MemoryDevice(BLOCK))) {
      assertThat(disk.extents(0, BLOCK, 1)).containsExactly(new Extent(0, BLOCK, Kind.HOLE));
    }
  }

  /// A layer that says `ZERO` everywhere.
  private record ZeroDevice(long sizeBytes) implements BlockDevice {
    @Override
    public void read(long offset, ByteBuffer target) {
      Zeros.fill(target);
    }

    @Override
    public java.util.List<Extent> extents(long offset, long length, int limit) {
      return java.util.List.of(new Extent(offset, length, Kind.ZERO));
    }

    @Override
    public void close() {}
  }
}
