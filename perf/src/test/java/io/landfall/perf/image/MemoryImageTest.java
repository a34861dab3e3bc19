package io.landfall.perf.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryImageTest {
  private static final int SIZE = 16 << 20;
  private static final int PAGE = 4096;

  @TempDir private Path directory;

  @Test
  void theNextStateDiffersInFewPagesAllOverAndIsAlwaysTheSame() throws IOException {
    byte[] first = state(0);
    byte[] next = state(1);
    int pages = 0;
    int inFewBytes = 0;
    for (int at = 0; at < SIZE; at += PAGE) {
      int changed = 0;
      for (int i = at; i < at + PAGE; i++) {
        changed += first[i] == next[i] ? 0 : 1;
      }
      pages += changed > 0 ? 1 : 0;
      inFewBytes += changed > 0 && changed <= 128 ? 1 : 0;
    }
    int used = SIZE / 2 / PAGE;
    assertThat(pages).isBetween(used * 2 / 100, used * 5 / 100);
    assertThat(inFewBytes).isGreaterThan(pages / 2);
    assertThat(state(1)).isEqualTo(next);
    assertThat(Arrays.equals(state(2), next)).isFalse();
  }

  private byte[] state(int number) throws IOException {
    Path file = directory.resolve("memory");
    Files.deleteIfExists(file);
    MemoryImage image = new MemoryImage(SIZE, 1);
    image.write(file);
    try (RawFile memory = RawFile.openWritable(file)) {
      for (int i = 1; i <= number; i++) {
        image.advance(memory, i);
      }
    }
    return Files.readAllBytes(file);
  }
}
