package io.landfall.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import io.landfall.perf.report.Report;
import io.landfall.transfer.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every bench once, in small, by the command line that a user types. What it measures is not
/// looked at: only that every contender did its job right, and that the report is whole.
class BenchIT {
  @TempDir private Path directory;

  @Test
  void transfer() throws Exception {
    Report report = bench("transfer");
    assertThat(contenders(report, "cold")).contains("limit", "landfall", "cp (local)");
    assertThat(contenders(report, "changed")).contains("landfall", "landfall, first send");
    assertThat(contenders(report, "directory")).contains("landfall");
    Result again = result(report, "again", "landfall");
    assertThat(again.figures().get("pulledBytes")).isEqualTo(new Spread(0, 0, 0, 1));
    Result changed = result(report, "changed", "landfall");
    assertThat(changed.wireBytes().max()).isBetween(1.0, changed.bytes() / 2.0);
  }

  @Test
  void store() throws Exception {
    Report report = bench("store");
    assertThat(result(report, "first", "landfall").figures().get("storedBytes").median())
        .isPositive();
    Result known = result(report, "next, known", "landfall");
    assertThat(known.figures().get("readBytes").max())
        .isLessThan(result(report, "next", "landfall").figures().get("readBytes").min());
  }

  @Test
  void image() throws Exception {
    Report report = bench("image");
    assertThat(contenders(report, "qcow2 to raw")).contains("landfall");
    assertThat(contenders(report, "read scattered")).contains("landfall");
  }

  @Test
  void micro() throws Exception {
    Report report = bench("micro");
    List<MicroResult> results = report.outcome().micro();
    assertThat(results.stream().map(MicroResult::name))
        .contains("ChunkBench.hash memory=direct", "FrameBench.decode");
    assertThat(results).allMatch(result -> result.score().min() > 0);
  }

  /// Runs it in a process of its own, and reads the report that it wrote.
  private Report bench(String name) throws IOException, InterruptedException {
    Path json = directory.resolve("report.json");
    Path markdown = directory.resolve("report.md");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "bench",
                name,
                "--quick",
                "--dir=" + directory,
                "--json=" + json,
                "--markdown=" + markdown)
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    Report report = Report.readJson(json);
    assertWhole(report, name);
    assertThat(said).contains(Files.readString(markdown).strip());
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).as("nothing is left behind").containsOnly(json, markdown);
    }
    return report;
  }

  private static void assertWhole(Report report, String name) {
    assertThat(report.bench()).isEqualTo(name);
    assertThat(report.quick()).isTrue();
    assertThat(report.machine().cores()).isPositive();
    assertThat(report.machine().jvmOptions()).contains("-Xmx192m");
    assertThat(report.outcome().results())
        .allSatisfy(result -> {
          assertThat(result.seconds().count()).isEqualTo(report.rounds());
          assertThat(result.seconds().min()).isPositive();
          assertThat(result.secondsToDisk().min()).isGreaterThan(result.seconds().min());
          assertThat(result.how()).isNotEmpty();
        });
  }

  private static List<String> contenders(Report report, String job) {
    return report.outcome().results().stream()
        .filter(result -> result.job().equals(job))
        .map(Result::contender)
        .toList();
  }

  private static Result result(Report report, String job, String contender) {
    return report.outcome().results().stream()
        .filter(result -> result.job().equals(job) && result.contender().equals(contender))
        .findFirst()
        .orElseThrow();
  }
}
