package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.control.TransferLine.Kind;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What real agents say of what they did, by their control sockets.
@Timeout(120)
class MetricsIT {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  @Test
  void transfersAreCountedMeasuredAndRememberedByBothSides() throws Exception {
    try (Pool pool = new Pool(directory, "simulated")) {
      pool.startExecute("one");
      pool.startSubmit();
      String job =
          pool.submit(pool.job(32 * MIB, 8 * MIB, new WorkPlan(400, Duration.ofMillis(20))));
      pool.watch(job, event -> event instanceof JobEvent.Started);
      pool.evict(job);
      pool.watch(job, event -> event instanceof JobEvent.Evicted);
      pool.watch(job, event -> event instanceof JobEvent.Completed);

      String submit = metrics(pool, "submit");
      String execute = metrics(pool, "one");
      assertThat(submit)
          .contains(
              "landfall_transfer_bytes_total{kind=\"sending\",owner=\"ann\",reason=\"hole\"}",
              "landfall_transfers_total{kind=\"checkpoint\",result=\"done\"} 2.0",
              "landfall_transfers_total{kind=\"return\",result=\"done\"} 1.0",
              "landfall_jobs{state=\"COMPLETED\"} 1.0",
              "landfall_store_checkpoints 2.0");
      assertThat(execute)
          .contains(
              "landfall_checkpoint_pause_seconds_count{goes_on=\"false\"} 1",
              "landfall_cache_landings_total{result=\"miss\"}",
              "landfall_transfer_bytes_total{kind=\"landing\",owner=\"ann\",reason=\"received\"}",
              "landfall_seal_lag_seconds_bucket",
              "process_cpu_seconds_total");

      pool.kill("submit");
      pool.startSubmit();
      List<TransferLine> remembered = transfers(pool);
      assertThat(remembered)
          .extracting(TransferLine::kind)
          .contains(Kind.SENDING, Kind.CHECKPOINT, Kind.RETURN);
      assertThat(remembered)
          .filteredOn(line -> line.kind() == Kind.SENDING)
          .allSatisfy(line -> {
            assertThat(line.predictedMillis()).isPresent();
            assertThat(line.owner()).isEqualTo("ann");
            assertThat(line.peer()).isEqualTo(pool.address("one"));
          });
      assertThat(overview(pool).store().orElseThrow().checkpoints()).isEqualTo(2);

      Tools.need("promtool");
      check(submit);
      check(execute);
    }
  }

  /// Debian's promtool finds nothing wrong with it.
  private static void check(String text) throws Exception {
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (var in = promtool.getOutputStream()) {
      in.write(text.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  private static String metrics(Pool pool, String agent) throws Exception {
    try (Endpoint endpoint = Endpoint.open(EndpointSettings.of("test"), Admission.thisMachine());
        Peer peer = endpoint.connect(pool.agent(agent).address())) {
      return Calls.call(peer, new Request.Metrics()).text();
    }
  }

  private static List<TransferLine> transfers(Pool pool) throws Exception {
    try (Peer peer = pool.connect()) {
      return Calls.call(peer, new Request.Transfers(100)).transfers();
    }
  }

  private static Overview overview(Pool pool) throws Exception {
    try (Peer peer = pool.connect()) {
      return Calls.call(peer, new Request.Status()).overview();
    }
  }
}
