package io.landfall.transfer.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.Calls;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.testing.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The status page of a real agent in a real browser: a job lands, is evicted with a checkpoint,
/// goes on, and is done. Screenshots are in `target/screenshots`.
@Timeout(300)
class StatusPageIT {
  private static final long MIB = 1 << 20;
  private static final Path SHOTS = Path.of("target", "screenshots");

  @TempDir Path directory;

  @Test
  void aJobIsSeenOnItsWayThroughTransferEvictionAndResume() throws Exception {
    try (Pool pool = new Pool(directory, "simulated");
        Chromium browser = Chromium.start(directory)) {
      pool.startExecute("one");
      pool.startExecute("two");
      // Slow enough for a transfer to be seen under way.
      pool.startSubmit(
          Map.of("LANDFALL_HTTP_LISTEN", "127.0.0.1:0", "LANDFALL_MAX_SEND_RATE", "4096"));
      browser.size(1280, 900);
      browser.open(page(pool));
      browser.await("document.getElementById('live').textContent === 'live'");
      assertThat(text(browser, "transfers")).contains("Nothing is being transferred.");
      browser.await("document.querySelectorAll('#hosts tbody tr').length === 2");
      browser.await("document.getElementById('hosts').innerText.includes('kvm by simulated')");

      String job =
          pool.submit(pool.job(96 * MIB, 14 * MIB, new WorkPlan(450, Duration.ofMillis(20))));
      browser.await("/pull [1-9].*[/]s/s.test(document.getElementById('transfers').innerText)");
      assertThat(text(browser, "transfers")).contains(job, "vda", "landing there", " of ");
      assertThat(browser.evaluate("document.querySelector('#transfers progress').value").asLong())
          .isPositive();
      browser.screenshot(SHOTS.resolve("1-transfer.png"));

      browser.await("document.querySelector('#jobs .chip.running')");
      pool.watch(job, event -> event instanceof JobEvent.Started);
      browser.await("document.getElementById('recent').innerText.includes('travelled')");
      assertThat(text(browser, "recent")).contains("holes and zeros");

      pool.evict(job);
      pool.watch(job, event -> event instanceof JobEvent.Evicted);
      browser.await("document.querySelectorAll('#tree li').length === 2");
      browser.await("document.querySelector('#map svg')");
      assertThat(text(browser, "map-text")).contains(" of 96.0 MiB changed, in ");
      assertThat(browser.evaluate("document.querySelectorAll('#map .fill-changed').length").asInt())
          .isPositive();
      browser.screenshot(SHOTS.resolve("2-evicted.png"));

      pool.watch(job, event -> event instanceof JobEvent.Started e && e.checkpoint().isPresent());
      browser.await("document.querySelector('#jobs .chip.running')");
      browser.await("document.getElementById('jobs').rows[1].cells[4].innerText === '1'");
      browser.await("document.getElementById('recent').innerText.includes('memory')");
      pool.watch(job, event -> event instanceof JobEvent.Completed);
      browser.await("document.querySelector('#jobs .chip.completed')");
      browser.await("document.getElementById('recent').innerText.includes('return')");
      assertThat(browser.evaluate("document.querySelectorAll('#history path').length").asInt())
          .isEqualTo(2);
      browser.screenshot(SHOTS.resolve("3-completed.png"));
      browser.dark(true);
      browser.screenshot(SHOTS.resolve("4-dark.png"));
      browser.size(420, 900);
      assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
          .as("a narrow window scrolls tables, not the page")
          .isLessThanOrEqualTo(420);
      browser.screenshot(SHOTS.resolve("5-narrow.png"));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static String page(Pool pool) throws Exception {
    try (Peer peer = pool.connect()) {
      return Calls.call(peer, new Request.Status()).overview().page().orElseThrow();
    }
  }

  private static String text(Chromium browser, String id) throws Exception {
    return browser.evaluate("document.getElementById('" + id + "').innerText").asString();
  }
}
