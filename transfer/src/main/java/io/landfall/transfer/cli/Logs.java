package io.landfall.transfer.cli;

import io.landfall.transfer.daemon.Logging;
import io.landfall.transfer.daemon.RecentLog;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What is logged to standard error, and how: one line for each entry. Operators of an agent want
/// to know what it does; somebody at a command line sees that already and is told only what goes
/// wrong.
final class Logs {
  private static final String ONE_LINE = "%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n";

  /// Landfall's own loggers, with what is below them; held, since the JDK forgets the levels of
  /// loggers that nobody holds.
  private static final List<Logger> OURS =
      List.of(Logger.getLogger("io.landfall"), Logger.getLogger("landfall"));

  private Logs() {}

  static void forCommandLine() {
    System.setProperty("java.util.logging.SimpleFormatter.format", ONE_LINE);
    Logger.getLogger("").setLevel(Level.WARNING);
  }

  /// The last lines of what an agent logs from now on.
  static RecentLog recent() {
    RecentLog recent = new RecentLog(new SimpleFormatter());
    Logger.getLogger("").addHandler(recent);
    return recent;
  }

  /// How an agent logs; may be called again.
  ///
  /// @param host the agent's name
  static void forAgent(Logging logging, String host) {
    Formatter formatter =
        logging.format() == Logging.Format.JSON ? new JsonLines(host) : new SimpleFormatter();
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      handler.setLevel(Level.ALL);
      if (!(handler instanceof RecentLog)) {
        handler.setFormatter(formatter);
      }
    }
    OURS.forEach(logger -> logger.setLevel(level(logging.level())));
    root.setLevel(
        switch (logging.level()) {
          case DEBUG -> Level.INFO; // libraries tell thousands of lines
          case TRACE -> Level.FINE;
          default -> level(logging.level());
        });
  }

  private static Level level(System.Logger.Level level) {
    return switch (level) {
      case ERROR -> Level.SEVERE;
      case WARNING -> Level.WARNING;
      case INFO -> Level.INFO;
      case DEBUG -> Level.FINE;
      case TRACE -> Level.FINER;
      case ALL -> Level.ALL;
      case OFF -> Level.OFF;
    };
  }
}
