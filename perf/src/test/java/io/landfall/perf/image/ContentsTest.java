package io.landfall.perf.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ContentsTest {
  private static final long SIZE = (5 << 20) + 4096;

  private final MemoryDevice disk = new MemoryDevice(SIZE);

  ContentsTest() {
    fill(1 << 20, 9000);
    fill(SIZE - 4096, 4096);
  }

  private void fill(long offset, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    disk.write(offset, ByteBuffer.wrap(bytes));
  }

  @Test
  void aCopyIsTheSame() throws IOException {
    MemoryDevice copy = new MemoryDevice(SIZE);
    Contents.copy(disk, copy);
    assertThat(Contents.firstDifference(disk, copy)).isEmpty();
  }

  @Test
  void oneByteThatDiffersIsFound() throws IOException {
    MemoryDevice copy = new MemoryDevice(SIZE);
    Contents.copy(disk, copy);
    copy.write(SIZE - 1, ByteBuffer.wrap(new byte[] {1}));
    assertThat(Contents.firstDifference(disk, copy)).hasValue(5 << 20);
    assertThat(Contents.firstDifference(copy, disk)).hasValue(5 << 20);
  }

  @Test
  void writtenZerosAreTheSameAsNothing() throws IOException {
    MemoryDevice copy = new MemoryDevice(SIZE);
    Contents.copy(disk, copy);
    copy.write(3 << 20, ByteBuffer.allocate(1 << 20));
    assertThat(Contents.firstDifference(disk, copy)).isEmpty();
  }

  @Test
  void anotherSizeIsADifference() throws IOException {
    assertThat(Contents.firstDifference(new MemoryDevice(10), new MemoryDevice(11))).hasValue(10);
  }
}
