package io.landfall.transfer.cli;

import io.landfall.store.cli.CheckpointCommand;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `landfall`: the whole command line.
@Command(
    name = "landfall",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Moves, snapshots and checkpoints the virtual machines of HTCondor's vm universe.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:usage",
      "3:damage or invalid input found",
      "4:not found",
      "5:held"
    },
    subcommands = {
      DemoCommand.class,
      CheckCommand.class,
      RunCommand.class,
      AgentCommand.class,
      ReloadCommand.class,
      DoctorCommand.class,
      SupportBundleCommand.class,
      SubmitCommand.class,
      StatusCommand.class,
      MetricsCommand.class,
      QueueCommand.Now.class,
      QueueCommand.History.class,
      JobCommands.Show.class,
      JobCommands.Evict.class,
      JobCommands.CheckpointNow.class,
      JobCommands.Suspend.class,
      JobCommands.Continue.class,
      JobCommands.Hold.class,
      JobCommands.Release.class,
      JobCommands.Remove.class,
      ExplainCommand.class,
      CopyCommand.class,
      PoolCommand.class,
      ImageCommand.class,
      CheckpointCommand.class,
      GahpCommand.class,
      TransferPluginCommand.class,
      ManCommand.class,
      ManCommand.Completion.class
    })
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /// Runs one command and exits with its code.
  public static void main(String[] args) {
    Logs.forCommandLine();
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = withAddedCommands(new CommandLine(new Main()));
    // HTCondor's arguments look like options and are none of ours.
    for (String foreign : List.of("gahp", "transfer-plugin")) {
      line.getSubcommands().get(foreign).setUnmatchedOptionsArePositionalParams(true);
    }
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Failures::report);
  }

  private static CommandLine withAddedCommands(CommandLine line) {
    line.getSubcommands().get("checkpoint").addSubcommand(new CheckpointServeCommand());
    ServiceLoader.load(AddedCommand.class).forEach(added -> line.addSubcommand(added.command()));
    return line;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do, e.g.: landfall demo");
  }
}
