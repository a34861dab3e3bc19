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

/// Lists of jobs, page after page.
abstract class QueueCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AgentOption agent;

  @Option(names = "--json", description = "Print the jobs as JSON, one a line.")
  private boolean json;

  private final boolean history;

  QueueCommand(boolean history) {
    this.history = history;
  }

  /// `landfall queue`.
  @Command(
      name = "queue",
      mixinStandardHelpOptions = true,
      description = {
        "Lists the jobs of a submit agent that are not over.",
        "%nExample: landfall queue --json"
      })
  static final class Now extends QueueCommand {
    Now() {
      super(false);
    }
  }

  /// `landfall history`.
  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description = {
        "Lists the jobs of a submit agent that are completed or removed.",
        "%nExample: landfall history"
      })
  static final class History extends QueueCommand {
    History() {
      super(true);
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (AgentLink link = agent.open()) {
      if (!json) {
        out.printf("%-28s %-20s %-20s %-22s %9s%n", "JOB", "LABEL", "STATUS", "HOST", "EVICTIONS");
      }
      String after = "";
      Reply.Jobs page;
      do {
        page = link.call(new Request.ListJobs(history, after));
        for (Reply.JobLine job : page.jobs()) {
          print(out, job);
          after = job.job();
        }
      } while (page.more());
      out.flush();
      return 0;
    }
  }

  private void print(PrintWriter out, Reply.JobLine job) {
    if (json) {
      out.println(ControlJson.write(job));
      return;
    }
    out.printf(
        "%-28s %-20s %-20s %-22s %9d%s%n",
        job.job(),
        job.executable(),
        job.status(),
        job.host().orElse("-"),
        job.evictions(),
        job.reason().map(reason -> "  " + reason).orElse(""));
  }
}
