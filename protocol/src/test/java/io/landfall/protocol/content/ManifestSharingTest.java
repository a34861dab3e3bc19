package io.landfall.protocol.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Manifests that were made from one another share what is the same, and nobody can tell.
class ManifestSharingTest {
  private static final int CHUNK = 64 * 1024;
  private static final long TIB = 1L << 40;

  @Test
  void whatIsMadeOfAnotherIsWhatIsMadeAnew() {
    long seed = 5;
    Random random = new Random(seed);
    long chunks = 3 * 256 + 17;
    long size = chunks * CHUNK - 5;
    Manifest current = Manifest.builder(size, CHUNK).build();
    Map<Long, ChunkId> model = new HashMap<>();
    for (int step = 0; step < 60; step++) {
      Manifest before = current;
      ChunkId rootBefore = before.root();
      Manifest.Builder builder = current.toBuilder();
      for (int i = random.nextInt(4); i >= 0; i--) {
        long index = random.nextLong(chunks);
        ChunkId id =
            random.nextInt(3) == 0 ? ChunkId.ZERO : new ChunkId(random.nextLong(), 1, 2, 3);
        builder.put(index, id);
        model.put(index, id);
      }
      current = builder.build();
      Manifest.Builder anew = Manifest.builder(size, CHUNK);
      model.forEach(anew::put);
      assertThat(current.imageId())
          .as("seed %d, step %d", seed, step)
          .isEqualTo(anew.build().imageId());
      for (long i = 0; i < chunks; i++) {
        assertThat(current.chunk(i)).isEqualTo(model.getOrDefault(i, ChunkId.ZERO));
      }
      assertThat(before.root()).isEqualTo(rootBefore);
    }
  }

  @Test
  void aBuilderThatGoesOnChangesNothingThatItBuilt() {
    Manifest.Builder builder = Manifest.builder(300L * CHUNK, CHUNK);
    Manifest first = builder.put(7, new ChunkId(1, 1, 1, 1)).build();
    Manifest second = builder.put(7, new ChunkId(2, 2, 2, 2)).build();
    assertThat(first.chunk(7)).isEqualTo(new ChunkId(1, 1, 1, 1));
    assertThat(second.chunk(7)).isEqualTo(new ChunkId(2, 2, 2, 2));
    assertThat(builder.get(7)).isEqualTo(new ChunkId(2, 2, 2, 2));
    assertThat(first.imageId()).isNotEqualTo(second.imageId());
  }

  /// A flat array of ids would take 512 MiB for each of these, 100 GiB in all.
  @Test
  void aHoleOfATebibyteTakesNoMemory() {
    List<Manifest> all = new ArrayList<>();
    Manifest current =
        Manifest.builder(TIB, CHUNK).put(12_345_678, new ChunkId(1, 2, 3, 4)).build();
    for (int i = 0; i < 200; i++) {
      all.add(current);
      current = current.toBuilder().put(i, new ChunkId(i + 1, 0, 0, 0)).build();
    }
    assertThat(all.stream().map(Manifest::imageId).distinct()).hasSize(200);
    assertThat(current.chunk(12_345_678)).isEqualTo(new ChunkId(1, 2, 3, 4));
    assertThat(current.height()).isEqualTo(3);
  }

  @Test
  void anIndexBehindTheEndIsRefused() {
    Manifest.Builder builder = Manifest.builder(10L * CHUNK, CHUNK);
    assertThatThrownBy(() -> builder.put(10, ChunkId.ZERO))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> builder.build().chunk(10))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
