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

/// `landfall reload`.
@Command(
    name = "reload",
    mixinStandardHelpOptions = true,
    description = {
      "Has a running agent of this machine read its configuration again, as SIGHUP does. Says what has changed, and what waits for a restart. If anything in it is wrong, says where, and the old one stays in force.",
      "%nExample: landfall reload --agent 127.0.0.1:9717"
    })
final class ReloadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AgentOption agent;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (AgentLink link = agent.open()) {
      Reply.Reloaded reloaded = link.call(new Request.Reload());
      if (json) {
        out.println(ControlJson.write(reloaded));
      } else {
        reloaded.changed().forEach((name, value) -> out.println(name + " = " + value));
        reloaded
            .needRestart()
            .forEach(name -> out.println(name + " changes when the agent is restarted"));
        if (reloaded.changed().isEmpty() && reloaded.needRestart().isEmpty()) {
          out.println("nothing has changed");
        }
      }
      out.flush();
      return 0;
    }
  }
}
