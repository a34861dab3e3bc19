package io.landfall.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.perf.bench.Outcome;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import io.landfall.perf.report.Machine;
import io.landfall.perf.report.Report;
import io.landfall.perf.report.SuiteReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCompareCommandTest {
  @TempDir private Path dir;
  private final StringWriter out = new StringWriter();

  @Test
  void onlyWhatLeavesItsSpreadIsAChange() throws IOException {
    Path before =
        report("micro", score("a", 90, 100, 110), score("b", 90, 100, 110), score("gone", 1, 1, 1));
    Path after =
        report("micro", score("a", 80, 85, 95), score("b", 111, 120, 130), score("new", 1, 1, 1));

    assertThat(compare(before, after)).isZero();
    assertThat(out.toString())
        .contains(
            "| a | 100.000 [90.000–110.000] | 85.000 [80.000–95.000] | ops/s | 0.85 |  |",
            "| ops/s | 1.20 | faster |",
            "only in the old one: gone",
            "only in the new one: new")
        .doesNotContain("note:");
  }

  @Test
  void whatIsSlowerBeyondItsSpreadIsAnExitCode() throws IOException {
    assertThat(
            compare(
                report("micro", score("a", 90, 100, 110)), report("micro", score("a", 50, 60, 89))))
        .isEqualTo(1);
    assertThat(out.toString()).contains("| 0.60 | slower |");
  }

  @Test
  void whatWasMeasuredOnceIsNeitherFasterNorSlower() throws IOException {
    MicroResult once = new MicroResult("a", "ops/s", Spread.of(100));
    assertThat(compare(report("micro", once), report("micro", score("a", 50, 60, 89)))).isZero();
    assertThat(out.toString()).contains("| 0.60 |  |");
  }

  @Test
  void twoDifferentBenchesAreAUsageError() throws IOException {
    assertThat(compare(report("micro", score("a", 1, 1, 1)), report("image", score("a", 1, 1, 1))))
        .isEqualTo(2);
  }

  @Test
  void runsOfAllBenchesAreComparedBenchByBench() throws IOException {
    Path before = suite("before", "micro", score("a", 90, 100, 110));
    Path after = suite("after", "micro", score("a", 50, 60, 89));
    assertThat(compare(before, after)).isEqualTo(1);
    assertThat(out.toString()).contains("| micro | old | new |", "| 0.60 | slower |");
    assertThat(compare(before, suite("other", "image", score("a", 1, 1, 1)))).isEqualTo(2);
  }

  private Path suite(String name, String bench, MicroResult... scores) throws IOException {
    Report report = Report.readJson(report(bench, scores));
    Path directory = Files.createDirectory(dir.resolve(name));
    new SuiteReport(
            SuiteReport.FORMAT,
            report.started(),
            false,
            report.machine(),
            List.of(
                SuiteReport.Entry.failed("lazy", 1, "no such program"),
                SuiteReport.Entry.of(3, report)))
        .write(directory);
    return directory.resolve(SuiteReport.JSON);
  }

  private int compare(Path before, Path after) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(new StringWriter()))
        .execute("compare", before.toString(), after.toString());
  }

  private static MicroResult score(String name, double min, double median, double max) {
    return new MicroResult(name, "ops/s", new Spread(median, min, max, 5));
  }

  private Path report(String bench, MicroResult... scores) throws IOException {
    Path file = Files.createTempFile(dir, bench, ".json");
    new Report(
            Report.FORMAT,
            bench,
            Instant.parse("2026-11-24T15:00:00Z"),
            false,
            5,
            new Machine("a processor", 2, 24L << 30, "Linux 6", "ext4", "a JDK", List.of()),
            0.5,
            1.5,
            new Outcome(
                "some data", "", "", List.of(), List.of(), List.of(scores), List.of(), List.of()))
        .writeJson(file);
    return file;
  }
}
