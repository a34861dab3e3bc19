package io.landfall.snapshot.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OverlayFileTest extends BlockDeviceContract {
  private static final int BLOCK = OverlayHeader.BLOCK_BYTES;

  @Override
  protected BlockDevice deviceWith(byte[] content) throws IOException {
    OverlayFile overlay =
        OverlayFile.create(dir.resolve("overlay"), content.length, new MemoryDevice(0));
    overlay.write(0, ByteBuffer.wrap(content));
    return overlay;
  }

  @Test
  void showsTheBaseWhereNothingWasWritten() throws IOException {
    byte[] expected = Contents.sparse(10 * BLOCK, 5);
    Path path = dir.resolve("over");
    try (MemoryDevice base = MemoryDevice.of(Arrays.copyOf(expected, 9 * BLOCK + 100));
        OverlayFile overlay = OverlayFile.create(path, 10 * BLOCK, base)) {
      Arrays.fill(expected, 9 * BLOCK + 100, 10 * BLOCK, (byte) 0);
      assertThat(Contents.of(overlay)).isEqualTo(expected);
      overlay.write(3 * BLOCK - 1, ByteBuffer.wrap(new byte[] {7, 8}));
      overlay.zero(5 * BLOCK, 2 * BLOCK);
      expected[3 * BLOCK - 1] = 7;
      expected[3 * BLOCK] = 8;
      Arrays.fill(expected, 5 * BLOCK, 7 * BLOCK, (byte) 0);
      assertThat(Contents.of(overlay)).isEqualTo(expected);
      assertThat(base.writable()).isTrue();
      assertThat(Contents.read(base, 3 * BLOCK - 1, 2)).isNotEqualTo(new byte[] {7, 8});
    }
    try (OverlayFile layer = OverlayFile.openLayer(path)) {
      assertThat(layer.writable()).isFalse();
      assertThat(Extents.of(layer))
          .containsExactly(
              new Extent(0, 2 * BLOCK, Kind.HOLE),
              new Extent(2 * BLOCK, 2 * BLOCK, Kind.DATA),
              new Extent(4 * BLOCK, BLOCK, Kind.HOLE),
              new Extent(5 * BLOCK, 2 * BLOCK, Kind.ZERO),
              new Extent(7 * BLOCK, 3 * BLOCK, Kind.HOLE));
    }
  }

  @Test
  void growsOnlyWithWhatIsWritten() throws IOException {
    Path path = dir.resolve("big");
    long size = 1L << 40;
    try (OverlayFile overlay = OverlayFile.create(path, size, new MemoryDevice(size))) {
      overlay.write(size / 2, ByteBuffer.wrap(new byte[] {1}));
      overlay.zero(size / 4, 1L << 30);
    }
    try (RawFile file = RawFile.open(path)) {
      long allocated =
          file.extents(0, file.sizeBytes(), 1000).stream()
              .filter(extent -> extent.kind() == Kind.DATA)
              .mapToLong(Extent::length)
              .sum();
      assertThat(allocated).isLessThan(4L * BLOCK);
    }
  }

  @Test
  void goesOnWhereItWasClosed() throws IOException {
    Path path = dir.resolve("again");
    OverlayFile.create(path, 4 * BLOCK, new MemoryDevice(4 * BLOCK)).close();
    for (int round = 1; round <= 3; round++) {
      try (OverlayFile overlay = OverlayFile.openWritable(path, new MemoryDevice(4 * BLOCK))) {
        overlay.write((long) round * BLOCK, ByteBuffer.wrap(new byte[] {(byte) round}));
      }
    }
    try (OverlayFile layer = OverlayFile.openLayer(path)) {
      assertThat(Contents.read(layer, BLOCK, 1)).containsExactly(1);
      assertThat(Contents.read(layer, 2 * BLOCK, 1)).containsExactly(2);
      assertThat(Contents.read(layer, 3 * BLOCK, 1)).containsExactly(3);
    }
  }

  /// All start to fill up the same block at once; each one's bytes must be there afterwards.
  @Test
  void neighboursInOneBlockDoNotLoseEachOthersBytes() throws Exception {
    int writers = 4;
    int blocks = 50;
    CyclicBarrier start = new CyclicBarrier(writers);
    try (OverlayFile overlay =
            OverlayFile.create(
                dir.resolve("shared"),
                (long) blocks * BLOCK,
                new MemoryDevice((long) blocks * BLOCK));
        ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<? extends Future<?>> done =
          IntStream.range(0, writers)
              .mapToObj(writer ->
                  threads.submit(() -> {
                    for (int block = 0; block < blocks; block++) {
                      start.await();
                      overlay.write(
                          (long) block * BLOCK + writer,
                          ByteBuffer.wrap(new byte[] {(byte) (writer + 1)}));
                    }
                    return null;
                  }))
              .toList();
      for (Future<?> future : done) {
        future.get();
      }
      for (int block = 0; block < blocks; block++) {
        assertThat(Contents.read(overlay, (long) block * BLOCK, writers))
            .containsExactly(1, 2, 3, 4);
      }
    }
  }

  @Test
  void refusesDamage() throws IOException {
    Path path = dir.resolve("damaged");
    OverlayFile.create(path, 4 * BLOCK, new MemoryDevice(0)).close();
    byte[] good = Files.readAllBytes(path);
    requireRefusal(path, good, 0, 1, Reason.WRONG_MAGIC);
    requireRefusal(path, good, 11, 9, Reason.UNSUPPORTED);
    requireRefusal(path, good, 23, 1, Reason.BAD_DATA);
    requireRefusal(path, good, 41, 1, Reason.BAD_DATA);
    requireRefusal(path, good, OverlayHeader.HEADER_BYTES, 3, Reason.BAD_DATA);
    Files.write(path, Arrays.copyOf(good, good.length - 1));
    assertThatThrownBy(() -> OverlayFile.openLayer(path))
        .isInstanceOfSatisfying(
            CorruptImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TRUNCATED));
    Files.write(path, new byte[10]);
    assertThatThrownBy(() -> OverlayFile.openLayer(path)).isInstanceOf(CorruptImageException.class);
  }

  private static void requireRefusal(Path path, byte[] good, int at, int value, Reason reason)
      throws IOException {
    byte[] bad = good.clone();
    bad[at] ^= (byte) value;
    Files.write(path, bad);
    assertThatThrownBy(() -> OverlayFile.openLayer(path))
        .isInstanceOfSatisfying(
            CorruptImageException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
