package io.landfall.transfer.cli;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.transfer.control.ControlJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// A log entry as one JSON object on one line: `time`, `level`, `host`, `room`, `message`, and
/// where they are known `job`, `error` (a code of the wire) and `stack`.
final class JsonLines extends Formatter {
  private static final String BASE = "io.landfall.";
  private static final String JOB_THREAD = "job-";

  private final String host;

  JsonLines(String host) {
    this.host = host;
  }

  /// Runs on the thread that logs, whose name says which job it works for.
  @Override
  public String format(LogRecord entry) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", entry.getInstant().toString());
    line.put("level", level(entry.getLevel()));
    line.put("host", host);
    line.put("room", room(String.valueOf(entry.getLoggerName())));
    String thread = Thread.currentThread().getName();
    if (thread.startsWith(JOB_THREAD)) {
      line.put("job", thread.substring(JOB_THREAD.length()));
    }
    line.put("message", formatMessage(entry));
    Throwable thrown = entry.getThrown();
    if (thrown != null) {
      code(thrown).ifPresent(code -> line.put("error", code));
      StringWriter stack = new StringWriter();
      thrown.printStackTrace(new PrintWriter(stack));
      line.put("stack", stack.toString());
    }
    return ControlJson.write(line) + "\n";
  }

  private static String level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "WARNING";
    }
    if (level.intValue() >= Level.INFO.intValue()) {
      return "INFO";
    }
    return level.intValue() >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }

  /// `io.landfall.transfer.net.Link` logs for the room `transfer.net`.
  private static String room(String logger) {
    String[] parts = logger.split("\\.", -1);
    return logger.startsWith(BASE) && parts.length > 4 ? parts[2] + "." + parts[3] : logger;
  }

  private static Optional<String> code(Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof ProtocolException refusal) {
        return Optional.of(refusal.code().name());
      }
      if (at instanceof RemoteException told) {
        return Optional.of(told.code().name());
      }
    }
    return Optional.empty();
  }
}
