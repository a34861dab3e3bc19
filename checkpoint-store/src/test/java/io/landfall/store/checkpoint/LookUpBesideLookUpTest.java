package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Threads that look for chunks in the tables of packs, as restore and verify do, never miss one
/// because another thread puts the table that it found to the front.
class LookUpBesideLookUpTest {
  private static final int PACKS = 8;
  private static final int LOOK_UPS = 2_000_000;

  @TempDir private Path directory;

  @Test
  void whatIsThereIsFound() throws IOException {
    List<ChunkId> chunks = new ArrayList<>();
    for (int seed = 0; seed < PACKS; seed++) { // a pack for each opening
      try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings(directory))) {
        CheckpointRecord record =
            Contents.commit(store, Optional.empty(), Contents.device(seed, 16));
        Manifest manifest = store.manifest(record.devices().getFirst());
        for (long i = 0; i < 16; i++) {
          chunks.add(manifest.chunk(i));
        }
      }
    }
    try (CheckpointStore store = CheckpointStore.inspect(directory)) {
      long missed =
          IntStream.range(0, LOOK_UPS)
              .parallel()
              .filter(i -> !holds(store, chunks.get(Math.floorMod(i * 31, chunks.size()))))
              .count();
      assertThat(missed).isZero();
    }
  }

  private static boolean holds(CheckpointStore store, ChunkId chunk) {
    try {
      return store.holds(chunk);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
