package io.landfall.snapshot.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.PowerCutDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The write order of an overlay: after a power cut each byte is what it was at the last flush, or
/// something that was written to it since.
class OverlayPowerCutTest {
  private static final int BLOCK = OverlayHeader.BLOCK_BYTES;
  private static final int SIZE_BYTES = 8 * BLOCK;
  private static final int CUTS = 150;

  @TempDir private Path dir;
  private byte[] empty;
  private final byte[] baseContent = Contents.sparse(SIZE_BYTES, 9);

  private record Write(int offset, ByteBuffer bytes) {}

  @BeforeEach
  void makeEmptyOverlay() throws IOException {
    Path path = dir.resolve("empty");
    OverlayFile.create(path, SIZE_BYTES, new MemoryDevice(SIZE_BYTES)).close();
    empty = Files.readAllBytes(path);
  }

  @Test
  void everyByteIsOldOrNewAfterAPowerCut() throws IOException {
    Random random = new Random(10);
    PowerCutDevice disk = new PowerCutDevice(empty);
    byte[] flushed = baseContent.clone();
    for (int cut = 0; cut < CUTS; cut++) {
      List<Write> since = new ArrayList<>();
      OverlayFile overlay = OverlayFile.open(disk, MemoryDevice.of(baseContent), true);
      for (int i = random.nextInt(12); i > 0; i--) {
        since.add(randomOperation(overlay, random));
        if (random.nextInt(3) == 0) {
          overlay.flush();
          flushed = Contents.of(overlay);
          since.clear();
        }
      }
      disk = disk.cutPower(random);
      OverlayFile back = OverlayFile.open(disk, MemoryDevice.of(baseContent), true);
      byte[] after = Contents.of(back);
      requireOldOrNew(after, flushed, since, cut);
      // What chance has kept may be lost again by the next cut until somebody flushes it.
      back.flush();
      flushed = after;
    }
  }

  private static Write randomOperation(OverlayFile overlay, Random random) throws IOException {
    int offset = random.nextInt(SIZE_BYTES);
    int length = Math.min(SIZE_BYTES - offset, 1 + random.nextInt(2 * BLOCK));
    if (random.nextBoolean()) { // whole blocks take other paths
      offset -= offset % BLOCK;
      length = Math.min(SIZE_BYTES - offset, BLOCK * (1 + random.nextInt(2)));
    }
    byte[] bytes = new byte[length];
    if (random.nextInt(3) == 0) {
      overlay.zero(offset, length);
    } else {
      random.nextBytes(bytes);
      overlay.write(offset, ByteBuffer.wrap(bytes));
    }
    return new Write(offset, ByteBuffer.wrap(bytes));
  }

  private static void requireOldOrNew(byte[] after, byte[] flushed, List<Write> since, int cut) {
    for (int i = 0; i < after.length; i++) {
      if (after[i] != flushed[i]) {
        int at = i;
        boolean written =
            since.stream()
                .anyMatch(write ->
                    at >= write.offset
                        && at < write.offset + write.bytes.limit()
                        && write.bytes.get(at - write.offset) == after[at]);
        assertThat(written).as("seed 10, cut %d, byte %d is neither old nor new", cut, i).isTrue();
      }
    }
  }

  @Test
  void aFailedFlushIsNeverFollowedByASuccessfulOne() throws IOException {
    PowerCutDevice disk = new PowerCutDevice(empty);
    OverlayFile overlay = OverlayFile.open(disk, new MemoryDevice(SIZE_BYTES), true);
    overlay.write(0, ByteBuffer.wrap(new byte[] {1}));
    disk.failNextFlush(new IOException("no space"));
    assertThatThrownBy(overlay::flush).hasMessage("no space");
    assertThatThrownBy(overlay::flush).hasMessageContaining("a flush has failed");
    assertThatThrownBy(() -> overlay.write(0, ByteBuffer.allocate(1)))
        .hasMessageContaining("a flush has failed");
    assertThat(Contents.read(overlay, 0, 1)).containsExactly(1);
  }

  @Test
  void flushedDataNeedsNoCleanClose() throws IOException {
    PowerCutDevice disk = new PowerCutDevice(empty);
    OverlayFile overlay = OverlayFile.open(disk, MemoryDevice.of(baseContent), true);
    byte[] sevens = new byte[3 * BLOCK];
    Arrays.fill(sevens, (byte) 7);
    overlay.write(100, ByteBuffer.wrap(sevens));
    overlay.flush();
    OverlayFile back =
        OverlayFile.open(disk.cutPower(new Random(1)), MemoryDevice.of(baseContent), false);
    assertThat(Contents.read(back, 100, sevens.length)).isEqualTo(sevens);
  }
}
