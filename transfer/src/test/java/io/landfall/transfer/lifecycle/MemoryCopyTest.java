package io.landfall.transfer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCopyTest {
  private static final int MIB = 1 << 20;
  private static final int PAGE = 4096;

  @TempDir Path directory;

  @Test
  void everythingIsCopiedOnceAndThenOnlyThePagesThatChanged() throws Exception {
    Path memory = directory.resolve("memory");
    Path copy = directory.resolve("copy");
    byte[] content = new byte[3 * MIB];
    new Random(5).nextBytes(content);
    try (RawFile file = RawFile.create(memory, 64 * MIB)) {
      file.write(20 * MIB, ByteBuffer.wrap(content));
      assertThat(MemoryCopy.update(memory, copy)).containsExactly(new Range(0, 64 * MIB));
      assertThat(Files.mismatch(memory, copy)).isEqualTo(-1);

      assertThat(MemoryCopy.update(memory, copy)).isEmpty();

      file.write(20 * MIB + PAGE - 1, ByteBuffer.wrap(new byte[] {1, 2}));
      file.write(22 * MIB, ByteBuffer.wrap(new byte[] {7}));
      file.write(50 * MIB + 3, ByteBuffer.wrap(new byte[] {7}));
    }

    List<Range> changed = MemoryCopy.update(memory, copy);

    assertThat(changed)
        .containsExactly(
            new Range(20 * MIB, 2 * PAGE), new Range(22 * MIB, PAGE), new Range(50 * MIB, PAGE));
    assertThat(Files.mismatch(memory, copy)).isEqualTo(-1);
  }

  @Test
  void aCopyOfAnotherSizeIsMadeAnew() throws Exception {
    Path memory = directory.resolve("memory");
    Path copy = directory.resolve("copy");
    RawFile.create(copy, MIB).close();
    try (RawFile file = RawFile.create(memory, 2 * MIB)) {
      file.write(MIB, ByteBuffer.wrap(new byte[] {9}));
    }

    assertThat(MemoryCopy.update(memory, copy)).containsExactly(new Range(0, 2 * MIB));
    assertThat(Files.mismatch(memory, copy)).isEqualTo(-1);
  }
}
