package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What became durable of a large image is not left in the kernel's cache.
class DropBehindTest {
  private static final int MIB = 1 << 20;
  private static final int SIZE_MIB = 48;

  @TempDir Path directory;

  @AfterEach
  void forgetBound() {
    System.clearProperty(DropBehind.PROPERTY);
  }

  @Test
  void boundIsShareOfMemoryUnlessToldOtherwise() {
    assertThat(DropBehind.appliesTo(64 * MIB)).isFalse();
    assertThat(DropBehind.appliesTo(1L << 60)).isTrue();
    System.setProperty(DropBehind.PROPERTY, Integer.toString(MIB));
    assertThat(DropBehind.appliesTo(64 * MIB)).isTrue();
    assertThat(DropBehind.appliesTo(MIB)).isFalse();
  }

  @Test
  void whatIsDurableLeavesTheCache() throws IOException {
    int kept = cachedMebibytes("kept", false);
    assumeTrue(kept == SIZE_MIB, "the file system does not tell what is cached");
    assertThat(cachedMebibytes("dropped", true)).isZero();
  }

  /// Of an image that arrived in pieces of 256 KiB, out of order, and was made durable.
  private int cachedMebibytes(String name, boolean dropping) throws IOException {
    ContentKey key = new ContentKey((long) SIZE_MIB * MIB, name, "", "");
    RandomGenerator random = Images.random(1);
    try (PartFile part = PartFile.open(directory.resolve(name), key)) {
      try (Durability durability = new Durability(part, _ -> {}, dropping)) {
        int piece = MIB / 4;
        for (int i = 0; i < SIZE_MIB * 4; i++) {
          long at = (long) (i ^ 3) * piece;
          Images.fill(part.file(), at, piece, random);
          durability.written(at, piece);
        }
      }
      ByteBuffer mebibyte = ByteBuffer.allocateDirect(MIB);
      int cached = 0;
      for (long at = 0; at < key.sizeBytes(); at += MIB) {
        cached += part.file().readCached(at, mebibyte.clear()) ? 1 : 0;
      }
      return cached;
    }
  }
}
