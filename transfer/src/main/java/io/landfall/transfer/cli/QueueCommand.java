package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `landfall queue`.
@Command(
    name = "queue",
    mixinStandardHelpOptions = true,
    description = {"Lists the jobs of a submit agent.", "%nExample: landfall queue --json"})
final class QueueCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AgentOption agent;

  @Option(names = "--json", description = "Print the jobs as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (AgentLink link = agent.open()) {
      Reply.Jobs queue = link.call(new Request.ListJobs());
      if (json) {
        out.println(ControlJson.write(queue));
        return 0;
      }
      out.printf("%-28s %-20s %-20s %-22s %9s%n", "JOB", "LABEL", "STATUS", "HOST", "EVICTIONS");
      for (Reply.JobLine job : queue.jobs()) {
        out.printf(
            "%-28s %-20s %-20s %-22s %9d%s%n",
            job.job(),
            job.executable(),
            job.status(),
            job.host().orElse("-"),
            job.evictions(),
            job.reason().map(reason -> "  " + reason).orElse(""));
      }
      return 0;
    }
  }
}
