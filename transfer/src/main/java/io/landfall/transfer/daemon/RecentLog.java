package io.landfall.transfer.daemon;

import java.util.ArrayDeque;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/// Keeps the last lines of a process' log, so that they can be asked for wherever the log goes. Any
/// thread.
public final class RecentLog extends Handler {
  private static final int MAX_LINES = 2000;
  private static final int MAX_LINE = 500;

  private final ArrayDeque<String> lines = new ArrayDeque<>(); // guarded by itself
  private final Formatter formatter;

  /// @param formatter what a line looks like
  public RecentLog(Formatter formatter) {
    this.formatter = formatter;
  }

  @Override
  public void publish(LogRecord entry) {
    String line = formatter.format(entry);
    synchronized (lines) {
      if (lines.size() == MAX_LINES) {
        lines.removeFirst();
      }
      lines.addLast(line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…\n");
    }
  }

  String text() {
    synchronized (lines) {
      return String.join("", lines);
    }
  }

  @Override
  public void flush() {
    // nothing is held back
  }

  @Override
  public void close() {
    // nothing is open
  }
}
