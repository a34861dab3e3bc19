package io.landfall.transfer.cli;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.daemon.AgentSecurity;
import io.landfall.transfer.daemon.ForegroundRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall run`.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the jobs of a submit description file in the foreground and brings their modified images back into initialdir. "
          + "Without --on both agents are embedded and the machine runs here.",
      "A run that was broken off and is started again lands only what was not yet durable.",
      "%nExample: landfall run guest.sub"
    })
final class RunCommand implements Callable<Integer> {
  private static final int HELD = 5;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE.sub", description = "The submit description file.")
  private Path file;

  @Option(
      names = "--on",
      paramLabel = "HOST[:PORT]",
      converter = Addresses.class,
      description = "An execute agent that may run the jobs; may be given several times.")
  private List<InetSocketAddress> on = List.of();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "Where checkpoints and cached images are kept (default: $XDG_STATE_HOME/landfall, or ~/.local/state/landfall).")
  private Path state;

  @Option(
      names = "--hypervisor",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, qemu or simulated (default: ${DEFAULT-VALUE}).")
  private String hypervisor;

  @Option(
      names = "--landing",
      paramLabel = "LAZY|FULL",
      defaultValue = "FULL",
      description =
          "LAZY: machines that run here start at once and their images land behind them, unless the job says otherwise "
              + "(default: ${DEFAULT-VALUE}).")
  private Landing landing;

  private enum Landing {
    LAZY,
    FULL
  }

  @Option(names = "--json", description = "Print the events as JSON lines.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    JobPrinter printer =
        new JobPrinter(spec.commandLine().getOut(), json, Terminal.isInteractive());
    Path home = state == null ? ForegroundRun.defaultState() : state;
    ForegroundRun.Outcome outcome =
        ForegroundRun.run(
            file,
            new ForegroundRun.Options(
                home, on, hypervisor, landing == Landing.LAZY, AgentSecurity.of(System.getenv())),
            (job, event) -> printer.print(event));
    outcome.problems().forEach(spec.commandLine().getErr()::println);
    if (!outcome.problems().isEmpty()) {
      return SubmitCommand.INVALID;
    }
    return outcome.last().stream().anyMatch(JobEvent.Held.class::isInstance) ? HELD : 0;
  }
}
