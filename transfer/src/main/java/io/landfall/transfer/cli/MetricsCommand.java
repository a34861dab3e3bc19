package io.landfall.transfer.cli;

import io.landfall.transfer.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `landfall metrics`.
@Command(
    name = "metrics",
    mixinStandardHelpOptions = true,
    description = {
      "Prints what an agent counted and measured, in Prometheus' text format.",
      "%nExample: landfall metrics | promtool check metrics"
    })
final class MetricsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AgentOption agent;

  @Override
  public Integer call() throws IOException {
    try (AgentLink link = agent.open()) {
      spec.commandLine().getOut().print(link.call(new Request.Metrics()).text());
      spec.commandLine().getOut().flush();
      return 0;
    }
  }
}
