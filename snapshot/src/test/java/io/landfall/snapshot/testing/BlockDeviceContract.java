package io.landfall.snapshot.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every block device promises, whatever lies behind it. An implementation extends this and
/// says how to make a device with a given content.
public abstract class BlockDeviceContract {
  /// Not a multiple of any block in use, so that the last one is short; of sectors it is.
  protected static final int SIZE_BYTES = 3 * 256 * 1024 + 7 * 512;

  private static final int OPERATIONS = 400;

  @TempDir protected Path dir;
  private BlockDevice device;
  private byte[] expected;

  /// A device that reads as `content`, which has long runs of zeros.
  protected abstract BlockDevice deviceWith(byte[] content) throws IOException;

  @BeforeEach
  void makeDevice() throws IOException {
    expected = Contents.sparse(SIZE_BYTES, 1);
    device = deviceWith(expected.clone());
  }

  @AfterEach
  void closeDevice() throws IOException {
    device.close();
  }

  @Test
  void hasTheSizeOfItsContent() {
    assertThat(device.sizeBytes()).isEqualTo(SIZE_BYTES);
  }

  @Test
  void readsItsContentInOnePiece() throws IOException {
    assertThat(Contents.of(device)).isEqualTo(expected);
  }

  @Test
  void readsAnyPiece() throws IOException {
    Random random = new Random(2);
    for (int i = 0; i < OPERATIONS; i++) {
      int offset = random.nextInt(SIZE_BYTES);
      int length = Math.min(SIZE_BYTES - offset, 1 + random.nextInt(1 << random.nextInt(18)));
      assertThat(Contents.read(device, offset, length))
          .as("seed 2, step %d, %d bytes at %d", i, length, offset)
          .isEqualTo(Arrays.copyOfRange(expected, offset, offset + length));
    }
  }

  @Test
  void readsFromMemoryTheSameOrNothing() throws IOException {
    Random random = new Random(8);
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE_BYTES);
    for (int i = 0; i < OPERATIONS; i++) {
      int offset = random.nextInt(SIZE_BYTES);
      int length = Math.min(SIZE_BYTES - offset, 1 + random.nextInt(1 << random.nextInt(18)));
      boolean read = device.readCached(offset, target.clear().position(1).limit(1 + length));
      assertThat(target.position()).isEqualTo(read ? 1 + length : 1);
      assertThat(target.limit()).isEqualTo(1 + length);
      if (read) {
        byte[] bytes = new byte[length];
        target.get(1, bytes);
        assertThat(bytes)
            .as("seed 8, step %d, %d bytes at %d", i, length, offset)
            .isEqualTo(Arrays.copyOfRange(expected, offset, offset + length));
      }
    }
    assertThatThrownBy(
            () -> device.readCached(SIZE_BYTES - 10, target.clear().position(0).limit(11)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void readsIntoDirectBuffersAndSlices() throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(5000).position(100).limit(4196);
    device.read(512, direct);
    assertThat(direct.position()).isEqualTo(4196);
    byte[] bytes = new byte[4096];
    direct.get(100, bytes);
    assertThat(bytes).isEqualTo(Arrays.copyOfRange(expected, 512, 512 + 4096));
    assertThat(direct.get(99)).isZero();
    assertThat(direct.limit()).isEqualTo(4196);
  }

  @Test
  void refusesWhatEndsBehindItsEnd() {
    ByteBuffer two = ByteBuffer.allocate(2);
    assertThatThrownBy(() -> device.read(SIZE_BYTES - 1, two))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.read(-1, two)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.read(Long.MAX_VALUE, two))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.extents(SIZE_BYTES - 1, 2, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void readsNothingAtItsEnd() throws IOException {
    device.read(SIZE_BYTES, ByteBuffer.allocate(0));
    assertThat(device.extents(SIZE_BYTES, 0, 1)).isEmpty();
  }

  @Test
  void extentsCoverWhatWasAskedAndTellNoLie() throws IOException {
    Random random = new Random(3);
    Extents.requireTrue(device, expected, 0, SIZE_BYTES);
    for (int i = 0; i < OPERATIONS; i++) {
      int offset = random.nextInt(SIZE_BYTES);
      Extents.requireTrue(device, expected, offset, 1 + random.nextInt(SIZE_BYTES - offset));
    }
  }

  @Test
  void extentsStopAtTheLimit() throws IOException {
    List<Extent> all = device.extents(0, SIZE_BYTES, Integer.MAX_VALUE);
    for (int limit = 1; limit <= all.size(); limit++) {
      assertThat(device.extents(0, SIZE_BYTES, limit)).isEqualTo(all.subList(0, limit));
    }
  }

  @Test
  void readsFromSeveralThreadsAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<byte[]>> reads =
          IntStream.range(0, 16).mapToObj(_ -> threads.submit(() -> Contents.of(device))).toList();
      for (Future<byte[]> read : reads) {
        assertThat(read.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void randomWritesAndZeroesReadBack() throws IOException {
    if (!device.writable()) {
      assertThatThrownBy(() -> device.write(0, ByteBuffer.allocate(1)))
          .isInstanceOf(io.landfall.snapshot.device.ReadOnlyDeviceException.class);
      assertThatThrownBy(() -> device.zero(0, 1))
          .isInstanceOf(io.landfall.snapshot.device.ReadOnlyDeviceException.class);
      return;
    }
    Random random = new Random(4);
    for (int i = 0; i < OPERATIONS; i++) {
      randomOperation(random);
    }
    device.flush();
    assertThat(Contents.of(device)).as("seed 4").isEqualTo(expected);
    Extents.requireTrue(device, expected, 0, SIZE_BYTES);
  }

  private void randomOperation(Random random) throws IOException {
    int offset = random.nextInt(SIZE_BYTES);
    int length = Math.min(SIZE_BYTES - offset, 1 + random.nextInt(2 << random.nextInt(17)));
    if (random.nextInt(4) == 0) {
      device.zero(offset, length);
      Arrays.fill(expected, offset, offset + length, (byte) 0);
    } else {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      device.write(offset, ByteBuffer.wrap(bytes));
      System.arraycopy(bytes, 0, expected, offset, length);
    }
  }

  @Test
  void refusesWritesBehindItsEnd() {
    if (device.writable()) {
      assertThatThrownBy(() -> device.write(SIZE_BYTES - 1, ByteBuffer.allocate(2)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> device.zero(1, SIZE_BYTES))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
