package io.landfall.transfer.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.TransferLine.Kind;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All metrics of an agent that has done everything once.
class MetricsTest {
  private static final String JOB = "ann/1.0@submit";
  private static final Figures FIGURES = new Figures(100, 10, 20, 30, 5, 35, 40, 7);

  @TempDir private Path directory;

  @Test
  void everyMetricHasHelpAndStandsInTheManualAndNoOtherDoes() throws Exception {
    String text = text();
    Set<String> helped = names("(?m)^# HELP (landfall_\\w+) \\w+.*\\.$", text);
    assertThat(names("(?m)^# TYPE (landfall_\\w+) ", text)).isEqualTo(helped);
    assertThat(
            names(
                "`(landfall_[a-z_]+)`",
                Files.readString(Path.of("OPERATIONS.md"))
                    .lines()
                    .filter(line -> line.startsWith("| `landfall_"))
                    .reduce("", (all, line) -> all + line + "\n")))
        .isEqualTo(helped);
  }

  @Test
  void bytesAreCountedByReasonAndOwnerAndErrorsByCode() throws Exception {
    assertThat(text())
        .contains(
            bytes("received", 35),
            bytes("wire", 40),
            bytes("hole", 10),
            bytes("base", 20),
            bytes("seeded", 30),
            bytes("resumed", 5))
        .contains("landfall_errors_total{code=\"DISK_ON_FIRE\"} 1.0")
        .contains("landfall_transfers_total{kind=\"landing\",result=\"left\"} 1.0")
        .contains("landfall_transfers_waiting{direction=\"upload\"} 3.0")
        .contains("landfall_transfers_held{direction=\"upload\"} 1.0")
        .contains("landfall_disk_load 1.5")
        .contains("landfall_seal_lag_seconds_count 1")
        .contains("landfall_checkpoint_pause_seconds_count{goes_on=\"true\"} 1")
        .contains("landfall_cache_images 1.0", "landfall_store_checkpoints 4.0")
        .contains("landfall_jobs{state=\"RUNNING\"} 6.0");
  }

  @Test
  void prometheusOwnToolFindsNothingWrongWithThem() throws Exception {
    Tools.need("promtool");
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (var in = promtool.getOutputStream()) {
      in.write(text().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  private static String bytes(String reason, int count) {
    return "landfall_transfer_bytes_total{kind=\"landing\",owner=\"ann\",reason=\"%s\"} %d.0"
        .formatted(reason, count);
  }

  private static Set<String> names(String pattern, String text) {
    TreeSet<String> names = new TreeSet<>();
    var matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  private String text() throws IOException {
    Observer observer = Observer.open(directory, why -> why == null ? "NONE" : "DISK_ON_FIRE");
    observer.watch(
        Kind.LANDING,
        JOB,
        "vda",
        "submit",
        tracked -> {
          tracked.progress("PULL", 1, 2);
          tracked.progress("SEAL", 1, 2);
          tracked.done(FIGURES);
          return "";
        });
    assertThatThrownBy(() ->
            observer.watch(
                Kind.RETURN,
                JOB,
                "vda",
                "one",
                tracked -> {
                  throw new IOException("the disk is on fire");
                }))
        .hasMessage("the disk is on fire");
    observer
        .begin(Kind.LANDING, JOB, "vdb", "submit", Optional.empty())
        .left(new Figures(0, 0, 0, 0, 0, 0, 0, 1));
    observer.paused(Duration.ofMillis(80), true);
    return observer.metrics(
        new Overview(
            "submit",
            List.of("SUBMIT", "EXECUTE"),
            "test",
            Instant.EPOCH,
            Instant.EPOCH,
            Optional.empty(),
            observer.running(),
            observer.recent(9),
            new Overview.QueueLine(2, 3, true),
            Overview.QueueLine.EMPTY,
            1.5,
            Map.of("RUNNING", 6),
            List.of(),
            List.of(),
            Map.of(),
            Optional.of(
                new Overview.CacheLine(5, 0, List.of(new Overview.ImageLine("x", 1, 1, false)))),
            Optional.of(new Overview.StoreLine(4, 30, 20, 10)),
            observer.bytes()));
  }
}
