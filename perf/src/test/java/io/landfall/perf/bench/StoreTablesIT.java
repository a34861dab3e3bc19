package io.landfall.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.perf.image.DiskImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The benches of the store that are no contests in time, in small.
class StoreTablesIT {
  @TempDir private Path directory;

  @Test
  void aVersionMoreTakesLittleAndNobodyElseTakesLess() throws IOException {
    List<SeriesBench.Row> rows =
        new SeriesBench(new DiskImage(32 << 20, 16 << 20, 1), 3, line -> {}).run(directory);
    assertThat(rows).extracting(SeriesBench.Row::name).contains("landfall, lz4", "landfall, zstd");
    long landfall = grownBy(rows.getFirst());
    assertThat(landfall).isPositive();
    assertThat(rows).allSatisfy(row -> assertThat(landfall).isLessThan(grownBy(row) * 13 / 10 + 1));
    assertThat(directory).isEmptyDirectory();
  }

  private static long grownBy(SeriesBench.Row row) {
    return row.allBytes() - row.firstBytes();
  }

  @Test
  void aStoreAndAnIndexGrow() throws IOException {
    StoreScaleBench bench = new StoreScaleBench(60, 2560, line -> {});
    assertThat(bench.store(directory))
        .extracting(StoreScaleBench.StoreRow::checkpoints)
        .containsExactly(60, 120, 240);
    assertThat(bench.index(directory))
        .extracting(StoreScaleBench.IndexRow::chunks)
        .containsExactly(2560L, 5120L, 10240L);
    assertThat(directory).isEmptyDirectory();
  }
}
