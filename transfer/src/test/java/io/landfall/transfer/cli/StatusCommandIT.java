package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.testing.Pool;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
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

  private static String landfall(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
    assertThat(line.execute(arguments)).as(out.toString()).isZero();
    return out.toString();
  }
}
