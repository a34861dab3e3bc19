package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `landfall status` and `landfall metrics` against real agents.
@Timeout(120)
class StatusCommandIT {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  @Test
  void aPersonAndAProgramAreToldHowAgentsStandAndHowTransfersWent() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startSubmit();
      String job = pool.submit(pool.job(16 * MIB, MIB, new WorkPlan(5, Duration.ofMillis(5))));
      pool.watch(job, event -> event instanceof JobEvent.Completed);

      assertThat(landfall("status", pool.address("submit")))
          .contains(
              "submit (submit), up ", "TRANSFERS  0 running, 0 waiting", "JOBS       1 completed")
          .contains(job, "HOSTS      1", pool.address("one"), "STORE      1 checkpoints");
      assertThat(landfall("status", pool.address("one")))
          .contains("one (execute), up ", "IMAGES     1, ");
      Overview overview =
          ControlJson.read(landfall("status", "--json", pool.address("submit")), Overview.class);
      assertThat(overview.jobsByState()).containsEntry("COMPLETED", 1);
      assertThat(landfall("status", "--transfers", pool.address("submit")))
          .contains("sending    " + job + " vda with " + pool.address("one") + ": done in ")
          .contains(", predicted ", "16.0 MiB: ", " travelled, ", "pull ");
      TransferLine newest =
          ControlJson.read(
              landfall("status", "--transfers", "--last", "1", "--json", pool.address("submit")),
              TransferLine.class);
      assertThat(newest.kind()).isEqualTo(TransferLine.Kind.RETURN);
      assertThat(landfall("metrics", "--agent", pool.address("submit")))
          .contains("# TYPE landfall_transfer_bytes_total counter");
    }
  }

  @Test
  void aLandingBehindItsGuestIsFillingUntilItIsSealedAndItsBytesCount() throws Exception {
    Tools.need("qemu-system-x86_64");
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      Path config = Files.createDirectories(pool.home("submit")).resolve("landfall.conf");
      Files.writeString(config, "LANDFALL_MAX_SEND_RATE = 256\n"); // until it was looked at
      pool.startSubmit();
      String job =
          pool.submit(
              pool.job(
                  24 * MIB,
                  12 * MIB,
                  new WorkPlan(60_000, Duration.ofMillis(40)),
                  "landing = lazy\nqueue"));
      pool.watch(job, event -> event instanceof JobEvent.Started);
      for (String agent : List.of("submit", "one")) {
        String shown = "";
        while (!shown.contains(" filling ")) {
          shown = landfall("status", pool.address(agent));
          assertThat(shown).as("sealed before anybody looked").doesNotContain(" 0 running,");
        }
        assertThat(shown).contains(agent.equals("one") ? "landing " : "sending ", job, " vda ");
      }
      Files.writeString(config, "");
      assertThat(landfall("reload", "--agent", pool.address("submit")))
          .isEqualTo("LANDFALL_MAX_SEND_RATE = unset\n");
      List<JobEvent> events = pool.watch(job, event -> event instanceof JobEvent.Arrived);

      long travelled =
          events.stream()
              .filter(JobEvent.Arrived.class::isInstance)
              .mapToLong(event -> ((JobEvent.Arrived) event).arrival().travelled())
              .sum();
      assertThat(travelled).isBetween(12 * MIB, 13 * MIB);
      while (!landfall("status", pool.address("one")).contains(" 0 running,")) {
        TimeUnit.MILLISECONDS.sleep(20); // it is told after it was sealed
      }
      assertThat(bytes(pool.address("submit"), "sending", "sent")).isEqualTo(travelled);
      assertThat(bytes(pool.address("one"), "landing", "received")).isEqualTo(travelled);
      assertThat(bytes(pool.address("one"), "landing", "wire")).isGreaterThan(travelled);
      assertThat(bytes(pool.address("one"), "landing", "hole")).isEqualTo(24 * MIB - travelled);
      assertThat(landfall("metrics", "--agent", pool.address("one")))
          .contains("landfall_transfers_total{kind=\"landing\",result=\"done\"} 1.0")
          .contains("landfall_seal_lag_seconds_count 1");
      assertThat(landfall("status", pool.address("submit"))).contains("TRANSFERS  0 running");
      assertThat(landfall("status", "--transfers", pool.address("one")))
          .contains("landing    " + job + " vda", ": done in ", "fill ");
    }
  }

  private static long bytes(String agent, String kind, String reason) {
    String line =
        "landfall_transfer_bytes_total{kind=\"%s\",owner=\"ann\",reason=\"%s\"} "
            .formatted(kind, reason);
    return landfall("metrics", "--agent", agent)
        .lines()
        .filter(text -> text.startsWith(line))
        .mapToLong(text -> (long) Double.parseDouble(text.substring(line.length())))
        .findFirst()
        .orElseThrow();
  }

  private static String landfall(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
    assertThat(line.execute(arguments)).as(out.toString()).isZero();
    return out.toString();
  }
}
