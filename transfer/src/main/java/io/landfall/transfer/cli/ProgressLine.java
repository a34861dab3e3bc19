package io.landfall.transfer.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/// One line that tells how far a landing is: redrawn in place on a terminal, now and then a plain
/// line otherwise.
final class ProgressLine {
  private static final int BAR_CELLS = 24;
  private static final Duration TERMINAL_STEP = Duration.ofMillis(100);
  private static final Duration PLAIN_STEP = Duration.ofSeconds(5);

  private final PrintWriter out;
  private final boolean terminal;
  private String part = "";
  private Instant began = Instant.EPOCH;
  private Instant drawn = Instant.EPOCH;
  private boolean open;

  ProgressLine(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  void update(String newPart, long done, long total, Instant now) {
    if (!newPart.equals(part)) {
      end();
      part = newPart;
      began = now;
      drawn = now;
    }
    boolean complete = done >= total;
    Duration step = terminal ? TERMINAL_STEP : PLAIN_STEP;
    if (!complete && Duration.between(drawn, now).compareTo(step) < 0) {
      return;
    }
    drawn = now;
    if (terminal) {
      out.print("\r\033[K" + text(done, total, Duration.between(began, now)));
      open = true;
    } else if (!complete) {
      out.println(text(done, total, Duration.between(began, now)));
    }
  }

  void end() {
    if (open) {
      out.println();
      open = false;
    }
    part = "";
  }

  private String text(long done, long total, Duration passed) {
    int cells = total == 0 ? BAR_CELLS : (int) (BAR_CELLS * done / total);
    double seconds = Math.max(passed.toMillis(), 1) / 1000.0;
    String eta =
        done >= total || done == 0
            ? ""
            : ", "
                + Units.time(Duration.ofMillis((long) (1000 * seconds * (total - done) / done)))
                + " left";
    return String.format(
        "          %-12s [%s%s] %3d %%  %s of %s, %s/s%s",
        part,
        "#".repeat(cells),
        "-".repeat(BAR_CELLS - cells),
        total == 0 ? 100 : 100 * done / total,
        Units.bytes(done),
        Units.bytes(total),
        Units.bytes((long) (done / seconds)),
        eta);
  }
}
