package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// Tells a job's events: a line each, with a progress bar for landings on a terminal, or JSON lines
/// for programs.
final class JobPrinter {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

  private final PrintWriter out;
  private final boolean json;
  private final ProgressLine progress;

  JobPrinter(PrintWriter out, boolean json, boolean terminal) {
    this.out = out;
    this.json = json;
    this.progress = new ProgressLine(out, terminal);
  }

  void print(JobEvent event) {
    if (json) {
      out.println(ControlJson.write(event));
    } else if (event instanceof JobEvent.Landing landing) {
      progress.update(
          landing.part() + " " + landing.phase().toLowerCase(Locale.ROOT),
          landing.doneBytes(),
          landing.totalBytes(),
          landing.time());
    } else {
      progress.end();
      out.println(CLOCK.format(event.time()) + "  " + sentence(event));
    }
    out.flush();
  }

  private static String sentence(JobEvent event) {
    return switch (event) {
      case JobEvent.Submitted e -> "submitted: " + e.executable();
      case JobEvent.Unmatched e -> "matches no execute host now" + lines(e.explanations());
      case JobEvent.Matched e -> "landing on " + e.host();
      case JobEvent.Landing e -> e.part();
      case JobEvent.Landed e -> "landed on " + e.host() + parts(e);
      case JobEvent.Arrived e ->
          e.part()
              + " has landed behind the running guest: "
              + Units.bytes(e.arrival().demanded())
              + " on demand, "
              + Units.bytes(e.arrival().ahead())
              + " ahead by profile, "
              + Units.bytes(e.arrival().filled())
              + " filled";
      case JobEvent.Started e ->
          (e.checkpoint().isPresent()
                  ? "resumed from checkpoint " + e.checkpoint().get()
                  : "started")
              + " on "
              + e.host()
              + " in "
              + Units.time(Duration.ofMillis(e.tookMillis()));
      case JobEvent.BaseStored e ->
          "disks stored as checkpoint "
              + e.checkpoint()
              + ", "
              + Units.bytes(e.figures().added())
              + " in the store for "
              + Units.bytes(e.figures().logical());
      case JobEvent.Evicting e -> "leaving " + e.host() + ": " + e.why();
      case JobEvent.Checkpointed e ->
          "checkpoint "
              + e.checkpoint()
              + ": guest stood still "
              + Units.time(Duration.ofMillis(e.pauseMillis()))
              + ", "
              + Units.bytes(e.figures().read())
              + " read, "
              + Units.bytes(e.figures().added())
              + " added to the store in "
              + Units.time(Duration.ofMillis(e.figures().millis()))
              + (e.goesOn() ? "; the guest goes on" : "");
      case JobEvent.Ended e -> "guest ended on " + e.host() + ": " + e.reason();
      case JobEvent.Returned e ->
          e.figures()
              .map(f ->
                  e.device()
                      + " returned as "
                      + e.path()
                      + ": "
                      + Units.bytes(f.pulled())
                      + " moved of "
                      + Units.bytes(f.image()))
              .orElse(e.device() + " unchanged, nothing to return");
      case JobEvent.CheckpointFailed e -> "no checkpoint, the guest runs on: " + e.reason();
      case JobEvent.Suspended e ->
          "suspended on " + e.host() + (e.soft() ? ", in memory" : ", on disk");
      case JobEvent.Continued e -> "goes on, on " + e.host();
      case JobEvent.Evicted e ->
          "off "
              + e.host()
              + (e.checkpointed() ? ", with a checkpoint: " : ", without a checkpoint: ")
              + e.why();
      case JobEvent.Interrupted e -> "to be tried again: " + e.reason();
      case JobEvent.Warned e -> "note: " + e.text();
      case JobEvent.Rescheduled e -> "back in the queue: " + e.reason();
      case JobEvent.Held e ->
          "held: " + e.reason() + " (code " + e.code() + ", subcode " + e.subCode() + ")";
      case JobEvent.Released e -> "released";
      case JobEvent.Completed e -> "completed";
      case JobEvent.Removed e -> "removed";
    };
  }

  private static String lines(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(String.format("%n            %s", line)));
    return text.toString();
  }

  private static String parts(JobEvent.Landed landed) {
    StringBuilder text = new StringBuilder();
    for (Reply.LandedPart part : landed.parts()) {
      Figures f = part.figures();
      text.append(
          String.format(
              "%n            %-8s %s of %s moved (%s on the wire) in %s; holes and zeros %s, already here %s",
              part.part(),
              Units.bytes(f.pulled()),
              Units.bytes(f.image()),
              Units.bytes(f.wire()),
              Units.time(Duration.ofMillis(f.millis())),
              Units.bytes(f.zero()),
              Units.bytes(f.seed() + f.base() + f.resumed())));
    }
    return text.toString();
  }
}
