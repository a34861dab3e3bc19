package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.doctor.Diagnosis;
import io.landfall.transfer.doctor.Doctor;
import io.landfall.transfer.doctor.Finding;
import io.landfall.transfer.doctor.Finding.Level;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `landfall doctor`.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Examines this host as an agent with this configuration would find it: runtime, file systems, kernel, hypervisors (by starting a machine), limits, clock, certificates and the hosts it talks to. Needs no agent, leaves nothing behind, and takes at most 20 seconds.",
      "%nExample: landfall doctor --config /etc/landfall/landfall.conf"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing is broken",
      "2:usage",
      "3:something that the configuration asks for does not work (--strict: or costs something)"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int INDENT = 10;

  @Spec private CommandSpec spec;
  @Mixin private HostConfiguration configuration;

  @Option(names = "--json", description = "Print everything as one JSON object.")
  private boolean json;

  @Option(names = "--strict", description = "Exit with 3 also for what only costs something.")
  private boolean strict;

  @Override
  public Integer call() {
    Diagnosis diagnosis = Doctor.examine(configuration.sources());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ControlJson.write(diagnosis));
    } else {
      print(out, diagnosis);
    }
    out.flush();
    boolean well = diagnosis.worst().compareTo(strict ? Level.GOOD : Level.COSTS) <= 0;
    return well ? 0 : SubmitCommand.INVALID;
  }

  private static void print(PrintWriter out, Diagnosis diagnosis) {
    Ansi ansi = Terminal.isInteractive() ? Ansi.AUTO : Ansi.OFF;
    int width =
        diagnosis.groups().stream()
            .flatMap(group -> group.findings().stream())
            .mapToInt(finding -> finding.subject().length())
            .max()
            .orElse(0);
    for (Diagnosis.Group group : diagnosis.groups()) {
      out.println(ansi.string("@|bold " + group.name() + "|@"));
      group.findings().forEach(finding -> print(out, ansi, finding, width));
    }
    out.printf(
        Locale.ROOT,
        "%n%d good, %d cost something, %d broken; %.1f s%n",
        diagnosis.count(Level.GOOD),
        diagnosis.count(Level.COSTS),
        diagnosis.count(Level.BROKEN),
        diagnosis.millis() / 1000.0);
  }

  private static void print(PrintWriter out, Ansi ansi, Finding finding, int width) {
    String colour =
        switch (finding.level()) {
          case GOOD -> "green";
          case COSTS -> "yellow";
          case BROKEN -> "bold,red";
        };
    String level = "%-6s".formatted(finding.level().name().toLowerCase(Locale.ROOT));
    // Only our own words go through the markup: what was found may contain anything.
    out.print("  " + ansi.string("@|" + colour + " " + level + "|@"));
    out.printf("  %-" + width + "s  %s%n", finding.subject(), finding.found());
    String margin = " ".repeat(width + INDENT + 2);
    if (!finding.costs().isEmpty()) {
      out.println(margin + "costs: " + finding.costs());
    }
    if (!finding.mend().isEmpty()) {
      out.println(margin + "mend:  " + finding.mend());
    }
  }
}
