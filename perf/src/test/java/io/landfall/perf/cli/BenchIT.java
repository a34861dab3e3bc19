package io.landfall.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.landfall.perf.bench.Figure;
import io.landfall.perf.bench.Verdict;
import io.landfall.perf.contest.Result;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.measure.Spread;
import io.landfall.perf.micro.MicroResult;
import io.landfall.perf.report.Report;
import io.landfall.perf.report.SuiteReport;
import io.landfall.perf.report.SuiteReport.Entry;
import io.landfall.perf.rig.Programs;
import io.landfall.transfer.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// Every bench once, in small, by the command line that a user types. What it measures is not
/// looked at: only that every contender did its job right, and that the report is whole.
@TestInstance(Lifecycle.PER_CLASS)
class BenchIT {
  /// What needs a hypervisor.
  private static final Set<String> OF_GUESTS = Set.of("checkpoint", "lazy");

  /// What needs hosts in network namespaces.
  private static final Set<String> OF_HOSTS = Set.of("links", "swarm");

  @TempDir private static Path directory;
  private final Map<String, Report> reports = new HashMap<>();
  private SuiteReport suite;

  @BeforeAll
  void all() throws Exception {
    Path out = directory.resolve("report");
    String said = bench("all", "--out=" + out);
    assertThat(said).contains(SuiteReport.HTML);
    suite = SuiteReport.readJson(out.resolve(SuiteReport.JSON));
    for (Entry entry : suite.entries()) {
      entry.reports().forEach(report -> reports.put(report.bench(), report));
    }
    assertThat(suite.entries())
        .extracting(Entry::bench)
        .containsExactly(
            "image",
            "nbd",
            "store",
            "transfer",
            "links",
            "swarm",
            "checkpoint",
            "lazy",
            "series",
            "scale",
            "micro");
    assertThat(suite.quick()).isTrue();
    assertThat(suite.machine().cores()).isPositive();
    assertThat(suite.machine().jvmOptions()).contains("-Xmx192m");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).as("nothing is left behind").containsOnly(out);
    }
  }

  @Test
  void onlyABenchWithoutItsHypervisorOrHostsHasNoReport() {
    boolean hypervisor =
        Programs.have("qemu-system-x86_64") || Boolean.getBoolean("interop.required");
    assertThat(suite.entries())
        .allSatisfy(entry -> {
          boolean may =
              OF_GUESTS.contains(entry.bench())
                  ? hypervisor
                  : Programs.root() || !OF_HOSTS.contains(entry.bench());
          if (may) {
            assertThat(entry.failure()).as(entry.bench()).isEmpty();
            assertWhole(entry.reports().getFirst(), entry.bench());
          } else {
            assertThat(entry.failure()).isNotEmpty();
          }
        });
  }

  @Test
  void everyBenchHasItsPlotsOnThePage() throws Exception {
    Path page = directory.resolve("report").resolve(SuiteReport.HTML);
    Document html = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    NodeList sections = html.getElementsByTagName("section");
    assertThat(sections.getLength()).isEqualTo(suite.entries().size());
    for (int i = 0; i < sections.getLength(); i++) {
      Element section = (Element) sections.item(i);
      boolean ran = reports.containsKey(section.getAttribute("id"));
      assertThat(section.getElementsByTagName("svg").getLength() > 0)
          .as(section.getAttribute("id"))
          .isEqualTo(ran);
    }
  }

  @Test
  void transfer() {
    Report report = reports.get("transfer");
    assertThat(contenders(report, "cold")).contains("limit", "landfall", "cp (local)");
    assertThat(contenders(report, "changed")).contains("landfall", "landfall, first send");
    assertThat(contenders(report, "directory")).contains("landfall");
    Result again = result(report, "again", "landfall");
    assertThat(again.figures().get("pulledBytes")).isEqualTo(new Spread(0, 0, 0, 1));
    Result changed = result(report, "changed", "landfall");
    assertThat(changed.wireBytes().max()).isBetween(1.0, changed.bytes() / 2.0);
  }

  @Test
  void transferOverLinksAndTls() {
    assumeThat(Programs.root()).as("root").isTrue();
    Report report = reports.get("links");
    String cold = "1 Gbit/s, 20 ms: cold";
    assertThat(contenders(report, cold))
        .contains("limit", "landfall", "landfall, not compressed", "landfall, TLS");
    assertThat(report.outcome().results())
        .filteredOn(result -> !result.job().endsWith("returned"))
        .allSatisfy(result ->
            assertThat(result.figures().get("linePercent").median()).isBetween(0.1, 110.0));
    Result plain = result(report, cold, "landfall, not compressed");
    assertThat(plain.wireBytes().min()).isGreaterThan((double) plain.bytes());
    assertThat(report.outcome().verdicts())
        .extracting(Verdict::goal)
        .contains(cold + ": sooner than every peer");
  }

  @Test
  void hostsHaveAnImageFromEachOther() {
    assumeThat(Programs.root()).as("root").isTrue();
    List<Figure> figures = reports.get("swarm").outcome().figures();
    // 32 MiB of data: two hosts that have nothing from each other take 67 MiB with all framing.
    assertThat(sent(figures, "landfall, 2 hosts")).isBetween(8.0, 64.0);
    assertThat(sent(figures, "landfall, 2 hosts, no swarm")).isBetween(16.0, 96.0);
    assertThat(reports.get("swarm").outcome().verdicts()).hasSize(1);
  }

  private static double sent(List<Figure> figures, String row) {
    return figures.stream()
        .filter(figure -> figure.row().equals(row))
        .filter(figure -> figure.column().equals("submit host sent"))
        .findFirst()
        .orElseThrow()
        .value()
        .median();
  }

  @Test
  void store() {
    Report report = reports.get("store");
    assertThat(result(report, "first", "landfall").figures().get("storedBytes").median())
        .isPositive();
    Result known = result(report, "next, known", "landfall");
    assertThat(known.figures().get("readBytes").max())
        .isLessThan(result(report, "next", "landfall").figures().get("readBytes").min());
  }

  @Test
  void figuresOfBenchesThatAreNoContests() {
    assertThat(reports.get("series").outcome().figures())
        .extracting(Figure::row)
        .contains("landfall, lz4", "landfall, zstd");
    assertThat(reports.get("scale").outcome().figures())
        .extracting(Figure::column)
        .contains("commit", "GC plan", "a hit");
  }

  @Test
  void micro() {
    List<MicroResult> results = reports.get("micro").outcome().micro();
    assertThat(results.stream().map(MicroResult::name))
        .contains("ChunkBench.hash memory=direct", "FrameBench.decode");
    assertThat(results).allMatch(result -> result.score().min() > 0);
  }

  @Test
  void oneAlone() throws Exception {
    Path json = directory.resolve("image.json");
    Path markdown = directory.resolve("image.md");
    String said = bench("image", "--json=" + json, "--markdown=" + markdown);
    Report report = Report.readJson(json);
    assertWhole(report, "image");
    assertThat(contenders(report, "qcow2 to raw")).contains("landfall");
    assertThat(contenders(report, "read scattered")).contains("landfall");
    assertThat(said).contains(Files.readString(markdown).strip());
    Files.delete(json);
    Files.delete(markdown);
  }

  @Test
  void aRunThatIsStoppedLeavesTheReportOfWhatItMeasured() throws Exception {
    Path out = directory.resolve("stopped");
    Process process = started("all", "--only=image,store", "--rounds=500", "--out=" + out);
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.append(line).append('\n');
        if (line.startsWith("-- image: round 2 done")) {
          process.toHandle().destroy(); // Process.destroy would close what it says
        }
      }
    }
    assertThat(process.waitFor()).as(said.toString()).isEqualTo(128 + 15);
    assertThat(said).contains("min gone, about", "image      failed: stopped by a signal");
    List<Entry> entries = SuiteReport.readJson(out.resolve(SuiteReport.JSON)).entries();
    assertThat(entries).extracting(Entry::bench).containsExactly("image", "store");
    Report image = entries.getFirst().reports().getFirst();
    assertThat(image.rounds()).isBetween(2, 499);
    assertThat(contenders(image, "qcow2 to raw")).contains("landfall");
    assertThat(entries.getLast().failure()).isEqualTo("its turn has not come");
    assertThat(Files.readString(out.resolve(SuiteReport.HTML)))
        .contains("<svg", "Failed: stopped by a signal", "</html>");
    Trees.delete(out);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).as("nothing is left behind").containsOnly(directory.resolve("report"));
    }
  }

  /// Runs it in a process of its own; returns what it said.
  private static String bench(String... arguments) throws IOException, InterruptedException {
    Process process = started(arguments);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // A bench that failed is an exit code; which may fail is for the tests to say.
    assertThat(process.waitFor()).as(said).isBetween(0, arguments[0].equals("all") ? 1 : 0);
    return said;
  }

  private static Process started(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "bench"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--quick", "--dir=" + directory));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    return process;
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
