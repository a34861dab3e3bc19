package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.control.TransferLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall status`.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "How an agent stands: transfers, jobs, hosts, images, checkpoints. On a terminal it is drawn anew every second until Ctrl-C; elsewhere, and with --once, it is printed once.",
      "%nExample: landfall status exec1.example.org"
    })
final class StatusCommand implements Callable<Integer> {
  private static final long REPAINT_MILLIS = 1000;

  /// To the top left corner, and clear from there: no flicker, and what was above stays readable.
  private static final String HOME = "\033[H\033[2J";

  @Spec private CommandSpec spec;
  @Mixin private AgentOption agent;

  @Parameters(
      arity = "0..1",
      paramLabel = "HOST[:PORT]",
      converter = Addresses.class,
      description = "The agent to ask, of whatever role; without it as --agent says.")
  private InetSocketAddress host;

  @Option(names = "--once", description = "Print it once, on a terminal too.")
  private boolean once;

  @Option(names = "--json", description = "Print all of it as one JSON document.")
  private boolean json;

  @Option(
      names = "--transfers",
      description =
          "Print how the last transfers went instead: where their bytes came from, time by phase, and what was predicted. With --json a line each.")
  private boolean transfers;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many of them (default: ${DEFAULT-VALUE}; at most 500).")
  private int last;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (AgentLink link = host == null ? agent.open() : AgentLink.to(host)) {
      if (transfers) {
        print(out, link.call(new Request.Transfers(last)).transfers());
      } else if (json) {
        out.println(ControlJson.write(overview(link)));
      } else if (once || !Terminal.isInteractive()) {
        new StatusPrinter(out).print(overview(link));
      } else {
        watch(out, link);
      }
      out.flush();
      return 0;
    }
  }

  private static Overview overview(AgentLink link) throws IOException {
    return link.call(new Request.Status()).overview();
  }

  private static void watch(PrintWriter out, AgentLink link)
      throws IOException, InterruptedException {
    StatusPrinter printer = new StatusPrinter(out);
    while (true) {
      Overview now = overview(link);
      out.print(HOME);
      printer.print(now);
      out.flush();
      Thread.sleep(REPAINT_MILLIS);
    }
  }

  private void print(PrintWriter out, List<TransferLine> lines) {
    for (TransferLine line : lines) {
      if (json) {
        out.println(ControlJson.write(line));
      } else {
        StatusPrinter.printEnded(out, line);
      }
    }
  }
}
