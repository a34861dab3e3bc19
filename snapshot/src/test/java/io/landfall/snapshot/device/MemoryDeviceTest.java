package io.landfall.snapshot.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.testing.BlockDeviceContract;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class MemoryDeviceTest extends BlockDeviceContract {

  @Override
  protected BlockDevice deviceWith(byte[] content) {
    return MemoryDevice.of(content);
  }

  @Test
  void keepsOnlyThePagesThatWereWritten() {
    try (MemoryDevice device = new MemoryDevice(1L << 40)) {
      device.write(1L << 39, ByteBuffer.wrap(new byte[] {1}));
      device.write(0, ByteBuffer.wrap(new byte[4096]));
      device.zero(0, 4096);
      assertThat(device.extents(0, 1L << 40, 10))
          .containsExactly(
              new Extent(0, 1L << 39, Kind.HOLE),
              new Extent(1L << 39, 4096, Kind.DATA),
              new Extent((1L << 39) + 4096, (1L << 39) - 4096, Kind.HOLE));
    }
  }
}
