package io.landfall.transfer.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/// One sentence for a command that failed; the stack only for whoever asks for it.
final class Failures {
  private Failures() {}

  static int report(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
    String message = failure.getMessage();
    command
        .getErr()
        .println("landfall: " + (message == null ? failure.getClass().getSimpleName() : message));
    if (System.getenv("LANDFALL_DEBUG") != null) {
      failure.printStackTrace(command.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}
