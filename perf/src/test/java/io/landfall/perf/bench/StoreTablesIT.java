package io.landfall.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.perf.image.DiskImage;
import io.landfall.perf.image.MemoryImage;
import io.landfall.store.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The benches of the store that are no contests in time, in small.
class StoreTablesIT {
  @TempDir private Path directory;

  @Test
  void aVersionMoreOfADiskTakesLittleAndNobodyElseTakesLess() throws IOException {
    requireNobodyTakesLess(new Series.MadeDisk(new DiskImage(32 << 20, 16 << 20, 1), 3));
  }

  @Test
  void aStateMoreOfMemoryTakesLittleAndNobodyElseTakesLess() throws IOException {
    requireNobodyTakesLess(new Series.MadeMemory(new MemoryImage(32 << 20, 1), 3));
  }

  private void requireNobodyTakesLess(Series series) throws IOException {
    List<SeriesBench.Row> rows = new ArrayList<>();
    new SeriesBench(series, line -> {}).run(directory, rows::add);
    assertThat(rows).extracting(SeriesBench.Row::name).contains("landfall, lz4", "landfall, zstd");
    long landfall = grownBy(rows.getFirst());
    assertThat(landfall).isPositive();
    assertThat(rows).allSatisfy(row -> assertThat(landfall).isLessThan(grownBy(row) * 13 / 10 + 1));
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void givenFilesMustBeStatesOfOneThing() throws IOException {
    Path small = Files.write(directory.resolve("1.raw"), new byte[8192]);
    Path large = Files.write(directory.resolve("2.raw"), new byte[16384]);
    Series.Given given = new Series.Given(CheckpointWriter.Kind.MEMORY, List.of(small, large));
    assertThat(given.version(directory, 0)).isEqualTo(small);
    assertThatThrownBy(() -> given.version(directory, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2.raw: expected a file of the size of");
  }

  private static long grownBy(SeriesBench.Row row) {
    return row.allBytes() - row.firstBytes();
  }

  @Test
  void aStoreGrows() throws IOException {
    List<StoreScaleBench.Row> rows = new ArrayList<>();
    new StoreScaleBench(60, line -> {}).run(directory, rows::add);
    assertThat(rows).extracting(StoreScaleBench.Row::checkpoints).containsExactly(60, 120, 240);
    assertThat(rows).allSatisfy(row -> assertThat(row.planMillis()).isPositive());
    assertThat(directory).isEmptyDirectory();
  }

  /// Every look-up finds its chunk, or the bench fails: by the index and by more tables of packs
  /// than are looked through one by one.
  @Test
  void anIndexGrows() throws IOException {
    int chunks = MadePacks.CHUNKS * 40;
    List<IndexScaleBench.Row> rows = new ArrayList<>();
    new IndexScaleBench(chunks, line -> {}).run(directory, rows::add);
    assertThat(rows)
        .extracting(IndexScaleBench.Row::chunks)
        .containsExactly((long) chunks, 2L * chunks, 4L * chunks);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aSparseImageCostsItsData() throws IOException {
    List<SparseBench.Row> rows = new ArrayList<>();
    new SparseBench(4L << 30, 64 << 20, line -> {}).run(directory, rows::add);
    assertThat(rows.getFirst().readBytes()).isBetween(64L << 20, 80L << 20);
    assertThat(rows.get(1).readBytes()).isLessThan(rows.getFirst().readBytes() / 2);
    assertThat(directory).isEmptyDirectory();
  }
}
