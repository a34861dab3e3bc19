package io.landfall.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.perf.bench.Figure;
import io.landfall.perf.bench.Outcome;
import io.landfall.perf.bench.Verdict;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class SuiteReportTest {
  private static final Instant STARTED = Instant.parse("2026-11-24T15:00:00Z");
  private static final Machine MACHINE =
      new Machine("a <fast> processor", 2, 24L << 30, "Linux 6", "ext4", "a JDK", List.of());
  private static final Spread SPREAD = new Spread(2, 1, 4, 5);

  @TempDir private Path directory;

  @Test
  void thePageIsOneXmlDocumentThatNeedsNothingElse() throws Exception {
    String page = written(suite());
    Document html = parsed(page);
    assertThat(page).contains("a &lt;fast&gt; processor").doesNotContain("<script", "href=");
    assertThat(page.replaceAll("xmlns(:xlink)?=\"[^\"]*\"", "")).doesNotContain("http:", "https:");
    NodeList svgs = html.getElementsByTagName("svg");
    assertThat(svgs.getLength()).as("two columns of series, one class of micro").isEqualTo(3);
    assertThat(page).contains("Failed: no such program: a &lt;hypervisor&gt;");
    assertThat(page).contains("<td>small</td><td>≤ 7.000 MiB (restic)</td>");
  }

  @Test
  void aBarTellsWhoseItIsAndHowFarTheRoundsWereApart() throws Exception {
    Element all = (Element) parsed(written(suite())).getElementsByTagName("svg").item(0);
    assertThat(all.getElementsByTagName("rect").getLength()).isEqualTo(2);
    assertThat(all.getElementsByTagName("line").getLength()).isGreaterThanOrEqualTo(3);
    assertThat(all.getTextContent()).contains("landfall, lz4  2.000", "restic  7.000");
    String page = Files.readString(directory.resolve(SuiteReport.HTML));
    assertThat(page)
        .contains("fill:var(--landfall)", "fill:var(--peer)", "fill:var(--ink)")
        .doesNotContainPattern("fill:rgb\\(");
  }

  @Test
  void idsOfThePlotsDoNotCollide() throws Exception {
    assertThat(
            Pattern.compile(" id=\"([^\"]+)\"")
                .matcher(written(suite()))
                .results()
                .map(match -> match.group(1))
                .toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void markdownHasEveryBenchAndWhyOneHasNoFigures() throws Exception {
    written(suite());
    assertThat(Files.readString(directory.resolve(SuiteReport.MARKDOWN)))
        .contains("| series | 3 | borg | done |")
        .contains("| series | small | ≤ 7.000 MiB (restic) | 2.000 MiB | met |")
        .contains("| lazy | 1 | – | failed: no such program: a <hypervisor> |")
        .contains("| | all, MiB | time for all, s |", "| restic | 7.00 | 1.00 |")
        .contains("| landfall, lz4 | 2.00 [1.00–4.00] | 0.50 |");
  }

  @Test
  void jsonIsReadAsItWasWritten() throws IOException {
    SuiteReport suite = suite();
    suite.write(directory);
    assertThat(SuiteReport.readJson(directory.resolve(SuiteReport.JSON))).isEqualTo(suite);
  }

  private String written(SuiteReport suite) throws IOException {
    suite.write(directory);
    return Files.readString(directory.resolve(SuiteReport.HTML));
  }

  private static Document parsed(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }

  private static SuiteReport suite() {
    Outcome series =
        new Outcome(
            "some versions",
            "",
            "",
            List.of("borg"),
            List.of(),
            List.of(),
            List.of(
                figure("landfall, lz4", "all", "MiB", SPREAD),
                figure("restic", "all", "MiB", Spread.of(7)),
                figure("landfall, lz4", "time for all", "s", Spread.of(0.5)),
                figure("restic", "time for all", "s", Spread.of(1))),
            List.of(new Verdict("small", "≤ 7.000 MiB (restic)", "2.000 MiB", Verdict.End.MET)));
    Outcome micro =
        new Outcome(
            "",
            "",
            "",
            List.of(),
            List.of(),
            List.of(new MicroResult("ChunkBench.hash memory=direct", "ops/s", SPREAD)),
            List.of(),
            List.of());
    return new SuiteReport(
        SuiteReport.FORMAT,
        STARTED,
        false,
        MACHINE,
        List.of(
            SuiteReport.Entry.of(3, report("series", series)),
            SuiteReport.Entry.failed("lazy", 1, "no such program: a <hypervisor>"),
            SuiteReport.Entry.of(2, report("micro", micro))));
  }

  private static Figure figure(String row, String column, String unit, Spread value) {
    return new Figure("", row, column, unit, false, value);
  }

  private static Report report(String bench, Outcome outcome) {
    return new Report(Report.FORMAT, bench, STARTED, false, 5, MACHINE, 0.5, 1.5, outcome);
  }
}
