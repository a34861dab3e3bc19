package io.landfall.transfer.cli;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.daemon.Administration;
import io.landfall.transfer.daemon.Agent;
import io.landfall.transfer.daemon.AgentKnobs;
import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.EffectiveSettings;
import io.landfall.transfer.daemon.Logging;
import io.landfall.transfer.daemon.RecentLog;
import io.landfall.transfer.net.ServiceManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `landfall agent`.
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = {
      "The daemon of a submit or an execute host. Reads its configuration again on SIGHUP (landfall"
          + " reload). Stops on SIGTERM; what was saved, queued or has ended is taken up by the"
          + " next one.",
      "%nExample: landfall agent --set LANDFALL_ROLES=EXECUTE --set"
          + " EXECUTE=/var/lib/landfall/execute"
    })
final class AgentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private HostConfiguration host;

  @Option(
      names = "--show-config",
      description =
          "Print every setting with the value that holds and where it is from (a file and line, the"
              + " environment, the command line, or default), and stop.")
  private boolean showConfig;

  @Option(names = "--json", description = "With --show-config: an array of objects.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ConfigurationSources sources = host.sources();
    try {
      Configuration configuration = Configuration.load(sources);
      AgentSettings settings = AgentKnobs.read(configuration);
      if (showConfig) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
            json
                ? ControlJson.write(EffectiveSettings.of(configuration))
                : EffectiveSettings.text(configuration).stripTrailing());
        out.flush();
        return 0;
      }
      if (json) {
        throw new ParameterException(spec.commandLine(), "--json goes with --show-config");
      }
      return serve(settings, configuration, sources);
    } catch (InvalidConfigurationException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return SubmitCommand.INVALID;
    }
  }

  private int serve(
      AgentSettings settings, Configuration configuration, ConfigurationSources sources)
      throws IOException, InterruptedException, InvalidConfigurationException {
    RecentLog recent = Logs.recent();
    Logs.forAgent(Logging.read(configuration), settings.name());
    Optional<Path> addressFile = AgentKnobs.addressFile(configuration);
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> waitFor(stop, stopped), "stop"));
    try (ServiceManager manager = ServiceManager.of(System.getenv());
        Agent agent = Agent.start(settings)) {
      Administration administration =
          new Administration(
              agent,
              settings,
              configuration,
              sources,
              logging -> Logs.forAgent(logging, settings.name()),
              recent,
              String.join("", new Version().getVersion()));
      agent.administeredBy(administration);
      Hangup.runs(administration::reloadUnasked);
      String address = Addresses.text(agent.address());
      if (addressFile.isPresent()) {
        publish(addressFile.get(), address);
      }
      spec.commandLine().getOut().println(settings.name() + " listens on " + address);
      spec.commandLine().getOut().flush();
      manager.ready("listens on " + address, agent::alive);
      stop.await();
      manager.stopping();
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private static void waitFor(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whole or not at all, so that whoever waits for the file never reads half an address.
  private static void publish(Path file, String address) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.write(temporary, (address + "\n").getBytes(StandardCharsets.US_ASCII));
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
