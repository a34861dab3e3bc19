package io.landfall.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.perf.report.SuiteReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchAllCommandTest {
  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();

  @Test
  void aBenchThatFailsIsALineAndNotTheEnd() throws IOException {
    Path report = directory.resolve("report");
    assertThat(all("--only=store,image", "--link=fast", "--dir=" + directory, "--out=" + report))
        .isEqualTo(1);
    assertThat(out.toString()).contains("store      failed: ", "image      failed: ");
    assertThat(SuiteReport.readJson(report.resolve(SuiteReport.JSON)).entries())
        .extracting(SuiteReport.Entry::bench)
        .containsExactly("store", "image");
    assertThat(Files.readString(report.resolve(SuiteReport.HTML))).contains("Failed: ");
    assertThat(directory).isDirectoryNotContaining("glob:**landfall-bench-*");
  }

  @Test
  void anUnknownBenchIsAUsageError() {
    assertThat(all("--only=image,nothing", "--out=" + directory.resolve("report"))).isEqualTo(2);
    assertThat(directory).isEmptyDirectory();
  }

  private int all(String... arguments) {
    CommandLine line =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()))
            .setCaseInsensitiveEnumValuesAllowed(true);
    String[] all = new String[arguments.length + 2];
    all[0] = "all";
    all[1] = "--quick";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return line.execute(all);
  }
}
