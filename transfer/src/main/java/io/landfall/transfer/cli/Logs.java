package io.landfall.transfer.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/// What is logged to standard error, and how: one line for each entry. Operators of an agent want
/// to know what it does; somebody at a command line sees that already and is told only what goes
/// wrong.
final class Logs {
  private static final String ONE_LINE = "%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n";

  private Logs() {}

  static void forCommandLine() {
    System.setProperty("java.util.logging.SimpleFormatter.format", ONE_LINE);
    Logger.getLogger("").setLevel(Level.WARNING);
  }

  static void forAgent() {
    Logger.getLogger("").setLevel(Level.INFO);
  }
}
