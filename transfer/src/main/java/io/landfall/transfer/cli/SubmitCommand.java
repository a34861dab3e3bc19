package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall submit`.
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = {
      "Queues the jobs of a submit description file.",
      "%nExample: landfall submit guest.sub"
    })
final class SubmitCommand implements Callable<Integer> {
  static final int INVALID = 3;

  @Spec private CommandSpec spec;
  @Mixin private AgentOption agent;

  @Parameters(paramLabel = "FILE.sub", description = "The submit description file.")
  private Path file;

  @Option(names = "--json", description = "Print the reply as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    try (AgentLink link = agent.open()) {
      Reply.Submitted submitted =
          link.call(
              new Request.Submit(
                  file.toAbsolutePath().toString(),
                  Path.of("").toAbsolutePath().toString(),
                  System.getProperty("user.name"),
                  System.getenv()));
      if (json) {
        spec.commandLine().getOut().println(ControlJson.write(submitted));
      } else {
        submitted.problems().forEach(spec.commandLine().getErr()::println);
        submitted.jobs().forEach(spec.commandLine().getOut()::println);
      }
      return submitted.problems().isEmpty() ? 0 : INVALID;
    }
  }
}
