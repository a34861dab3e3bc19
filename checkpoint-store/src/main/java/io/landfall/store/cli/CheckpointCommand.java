package io.landfall.store.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `landfall checkpoint`: looks into, checks and restores from a checkpoint store, beside its
/// daemon or with it dead. Connects to nothing and listens on nothing.
///
/// Exit codes: 0 done, 1 failed, 2 usage, 3 damage found, 4 not found, 5 held by another process.
@Command(
    name = "checkpoint",
    mixinStandardHelpOptions = true,
    description = "Look into, check and restore from the checkpoint store.",
    subcommands = {
      ListCommand.class,
      ShowCommand.class,
      TreeCommand.class,
      VerifyCommand.class,
      RestoreCommand.class,
      StatsCommand.class,
      DiffCommand.class,
      FilesCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      RepairCommand.class,
      DeleteCommand.class,
      PruneCommand.class,
      GcCommand.class,
      RebuildIndexCommand.class,
      InitCommand.class
    },
    footer = {"", "Exit codes: 0 done, 1 failed, 2 usage, 3 damage found, 4 not found, 5 held."})
public final class CheckpointCommand implements Runnable {
  @Spec private CommandSpec spec;

  /// Creates the command group, for a command line to add.
  public CheckpointCommand() {}

  /// Without a subcommand there is nothing to do.
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which of the subcommands?");
  }

  /// Runs the command line `args`, printing to the standard streams.
  ///
  /// @return the exit code
  public static int execute(String... args) {
    return new CommandLine(new CheckpointCommand()).execute(args);
  }
}
