package io.landfall.perf.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.perf.bench.Figure;
import io.landfall.perf.bench.Outcome;
import io.landfall.perf.bench.Verdict;
import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Spread ONE_TO_THREE = new Spread(2, 1, 3, 5);

  private static final Report REPORT =
      new Report(
          Report.FORMAT,
          "transfer",
          Instant.parse("2026-11-24T15:00:00Z"),
          false,
          5,
          new Machine("a processor", 2, 24L << 30, "Linux 6", "ext4", "a JDK", List.of("-Xmx1g")),
          0.5,
          1.5,
          new Outcome(
              "some data",
              "reno",
              "",
              List.of("nbdcopy"),
              List.of(
                  new Result(
                      "cold",
                      "an image",
                      100 << 20,
                      "landfall",
                      "1",
                      "somehow",
                      ONE_TO_THREE,
                      new Spread(4, 4, 4, 5),
                      ONE_TO_THREE,
                      new Spread(0, 0, 0, 5),
                      new Spread(1 << 20, 1 << 20, 1 << 20, 5),
                      ONE_TO_THREE,
                      new TreeMap<>())),
              List.of(new MicroResult("Hash.it", "ops/s", ONE_TO_THREE)),
              List.of(new Figure("store", "60 checkpoints", "list", "ms", false, ONE_TO_THREE)),
              List.of(new Verdict("cold: quick", "≤ 1 s", "2 s", Verdict.End.MISSED))));

  @TempDir private Path directory;

  @Test
  void jsonIsReadAsItWasWritten() throws IOException {
    Path file = directory.resolve("report.json");
    REPORT.writeJson(file);
    assertThat(Report.readJson(file)).isEqualTo(REPORT);
  }

  @Test
  void aReportOfAFormerVersionHasNoFigures() throws IOException {
    Path file = directory.resolve("report.json");
    REPORT.writeJson(file);
    String json = Files.readString(file);
    String former = json.replaceFirst(",\\s*\"figures\" : \\[ \\{(?s:.*?)\\} \\]", "");
    assertThat(former).doesNotContain("60 checkpoints");
    Files.writeString(file, former);
    assertThat(Report.readJson(file).outcome().figures()).isEmpty();
  }

  @Test
  void aReportOfAFormerVersionHasNoVerdicts() throws IOException {
    Path file = directory.resolve("report.json");
    REPORT.writeJson(file);
    String former =
        Files.readString(file).replaceFirst(",\\s*\"verdicts\" : \\[ \\{(?s:.*?)\\} \\]", "");
    assertThat(former).doesNotContain("cold: quick");
    Files.writeString(file, former);
    assertThat(Report.readJson(file).outcome().verdicts()).isEmpty();
  }

  @Test
  void overALinkThereIsAColumnForHowBusyItWas() {
    Result cold = REPORT.outcome().results().getFirst();
    TreeMap<String, Spread> figures = new TreeMap<>();
    figures.put("linePercent", Spread.of(95.5));
    Result linked =
        new Result(
            cold.job(),
            cold.what(),
            cold.bytes(),
            cold.contender(),
            cold.version(),
            cold.how(),
            cold.seconds(),
            cold.secondsToDisk(),
            cold.cpuSeconds(),
            cold.servingCpuSeconds(),
            cold.wireBytes(),
            cold.othersCores(),
            figures);
    Table table =
        Tables.of(
                new Outcome(
                    "", "", "", List.of(), List.of(linked), List.of(), List.of(), List.of()))
            .getFirst();
    int column = table.head().indexOf("% of line");
    assertThat(table.head().get(column - 1)).isEqualTo("wire MiB");
    assertThat(table.rows().getFirst().get(column)).isEqualTo("95.5");
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    Path file = directory.resolve("report.json");
    REPORT.writeJson(file);
    Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 2"));
    assertThatThrownBy(() -> Report.readJson(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format 2, expected 1");
  }

  @Test
  void markdownHasEveryFigureAndWhereItIsFrom() {
    assertThat(Markdown.of(REPORT))
        .contains("2026-11-24 15:00 UTC; 5 rounds after a warm-up")
        .contains("a processor, 2 cores, 24 GiB, Linux 6, ext4")
        .contains("- Not installed here: nbdcopy.")
        .contains("| landfall | 2.000 [1.000–3.000] | 4.000 | 25 | 2.00 | – | 1.0 | – | 2.0 |")
        .contains("| Hash.it | 2 | 1–3 | ops/s |")
        .contains("### store", "| | list, ms |", "| 60 checkpoints | 2.00 [1.00–3.00] |")
        .contains("### Goals", "| cold: quick | ≤ 1 s | 2 s | missed |")
        .contains("- landfall, cold (1): `somehow`")
        .doesNotContain("Priority");
  }
}
