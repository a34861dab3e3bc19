package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What hashing leaves in the page cache.
class SealerCacheTest {
  private static final int SIZE = 32 << 20;

  @TempDir Path directory;

  @Test
  void largeImageIsGivenUpByThePageCacheAndASmallOneStays() throws Exception {
    // What lies in memory only cannot be given up.
    assumeThat(Files.getFileStore(directory).type()).isNotEqualTo("tmpfs");
    try (RawFile image = RawFile.create(directory.resolve("image.raw"), SIZE)) {
      Images.fill(image, 0, SIZE, Images.random(1));
      image.flush();
      assertThat(cachedAfterSealing(image, false)).isGreaterThan(SIZE / 2);
      assertThat(cachedAfterSealing(image, true)).isLessThan(SIZE / 4);
    }
  }

  private static long cachedAfterSealing(RawFile image, boolean large) throws Exception {
    try (Sealer sealer = new Sealer(image, Chunks.DEFAULT_SIZE_BYTES, new RangeSet(), 1, large)) {
      sealer.seal(RangeSet.of(List.of(new Range(0, SIZE))));
      sealer.finish();
    }
    return cached(image.path());
  }

  private static long cached(Path file) throws IOException, InterruptedException {
    Process fincore =
        new ProcessBuilder("fincore", "--bytes", "--noheadings", "-o", "RES", file.toString())
            .start();
    String said =
        new String(fincore.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertThat(fincore.waitFor()).isZero();
    return Long.parseLong(said);
  }
}
