package io.landfall.transfer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall man` and `landfall completion`: what a package brings for a shell's users.
@Command(
    name = "man",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a command's manual page, or writes those of all commands.",
      "%nExample: landfall man checkpoint restore | man -l -"
    })
final class ManCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Write the pages of all commands here, a file each.")
  private Path directory;

  @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command.")
  private List<String> words = List.of();

  @Override
  public Integer call() throws IOException {
    CommandLine command = spec.root().commandLine();
    for (String word : words) {
      CommandLine next = command.getSubcommands().get(word);
      if (next == null) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "there is no command " + String.join(" ", words));
      }
      command = next;
    }
    if (directory == null) {
      print(spec, ManPage.of(command));
    } else {
      Files.createDirectories(directory);
      writeAll(command);
    }
    return 0;
  }

  private void writeAll(CommandLine command) throws IOException {
    Files.writeString(directory.resolve(ManPage.name(command) + ".1"), ManPage.of(command));
    for (CommandLine sub : ManPage.shown(command)) {
      writeAll(sub);
    }
  }

  private static void print(CommandSpec spec, String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(text);
    out.flush();
  }

  /// `landfall completion`.
  @Command(
      name = "completion",
      mixinStandardHelpOptions = true,
      description = {
        "Prints the completion of all commands and options, for bash and zsh.",
        "%nExample: source <(landfall completion)"
      })
  static final class Completion implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      print(spec, AutoComplete.bash("landfall", spec.root().commandLine()));
    }
  }
}
