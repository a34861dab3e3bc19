package io.landfall.transfer.cli;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.demo.DemoReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The table at the end of the demo, and what to try next.
final class DemoTable {
  private final PrintWriter out;
  private final DemoReport report;

  DemoTable(PrintWriter out, DemoReport report) {
    this.out = out;
    this.report = report;
  }

  void print() {
    out.println();
    row("phase", "time", "image", "moved", "on the wire", "not moved");
    row("make the image", Units.time(report.making()), "", "", "", "");
    List<JobEvent.Landed> landings = report.events(JobEvent.Landed.class);
    List<JobEvent.Started> starts = report.events(JobEvent.Started.class);
    for (int i = 0; i < landings.size(); i++) {
      for (Reply.LandedPart part : landings.get(i).parts()) {
        moved((i == 0 ? "land " : "land again ") + part.part(), part.figures());
      }
      if (i < starts.size()) {
        row(
            starts.get(i).checkpoint().isPresent() ? "resume" : "start",
            Units.time(Duration.ofMillis(starts.get(i).tookMillis())),
            "",
            "",
            "",
            "");
      }
      if (i == 0) {
        report.events(JobEvent.Checkpointed.class).forEach(this::checkpoint);
      }
    }
    for (JobEvent.Returned returned : report.events(JobEvent.Returned.class)) {
      returned.figures().ifPresent(figures -> moved("return " + returned.device(), figures));
    }
    row("whole job", Units.time(whole()), "", "", "", "");
    out.println();
    store();
    report
        .peakResidentBytes()
        .forEach(
            (agent, bytes) -> out.printf("%-28s at most %s resident%n", agent, Units.bytes(bytes)));
    out.println();
    verdict();
  }

  private void checkpoint(JobEvent.Checkpointed event) {
    row("guest stood still", Units.time(Duration.ofMillis(event.pauseMillis())), "", "", "", "");
    row(
        "checkpoint",
        Units.time(Duration.ofMillis(event.figures().millis())),
        Units.bytes(event.figures().logical()),
        Units.bytes(event.figures().read()),
        "",
        Units.bytes(event.figures().logical() - event.figures().read()));
  }

  private void moved(String phase, Figures figures) {
    row(
        phase,
        Units.time(Duration.ofMillis(figures.millis())),
        Units.bytes(figures.image()),
        Units.bytes(figures.pulled()),
        Units.bytes(figures.wire()),
        Units.bytes(figures.image() - figures.pulled()));
  }

  private void row(String phase, String... cells) {
    out.printf("%-20s %10s %12s %12s %12s %12s%n", (Object[]) prepend(phase, cells));
  }

  private static String[] prepend(String first, String[] rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  private Duration whole() {
    Instant first = report.events().getFirst().time();
    return Duration.between(first, report.events().getLast().time());
  }

  private void store() {
    for (JobEvent.BaseStored base : report.events(JobEvent.BaseStored.class)) {
      out.printf(
          "In SPOOL: the job's disks are %s for the guest and %s in the store (holes, duplicates,"
              + " compression);%n",
          Units.bytes(base.figures().logical()), Units.bytes(base.figures().added()));
    }
    for (JobEvent.Checkpointed event : report.events(JobEvent.Checkpointed.class)) {
      out.printf(
          "the checkpoint of disk and memory, %s for the guest, added %s to it.%n",
          Units.bytes(event.figures().logical()), Units.bytes(event.figures().added()));
    }
  }

  private void verdict() {
    if (!report.faults().isEmpty()) {
      report.faults().forEach(fault -> out.println("NOT AS IT MUST BE: " + fault));
      return;
    }
    out.println(
        "Checked: every step of the guest's work is on the returned disk once and in order, all"
            + " other bytes equal the original, and the original is unchanged.");
    report.remark().ifPresent(out::println);
    String landfall = launcher();
    Path spool = report.directory().resolve("submit").resolve("spool");
    out.println();
    out.println("Look around:");
    out.println("  " + landfall + " checkpoint list --spool " + spool);
    out.println("  " + landfall + " checkpoint tree " + jobName() + " --spool " + spool);
    out.println("  " + landfall + " checkpoint verify --spool " + spool);
    out.println("  cd " + report.directory() + " && " + landfall + " run demo.sub");
  }

  /// As the user can type it, from any directory.
  private static String launcher() {
    String home = System.getProperty("landfall.home");
    return home == null ? "landfall" : Path.of(home, "landfall").toString();
  }

  private String jobName() {
    return System.getProperty("user.name") + "/1.0@submit";
  }
}
