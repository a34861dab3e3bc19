package io.landfall.store.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// A line on the terminal that says how far something is; nothing where the output is no terminal.
final class Progress implements LongConsumer, AutoCloseable {
  private static final long INTERVAL_NANOS = 200_000_000;

  private final String what;
  private final long total;
  private final PrintStream terminal;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong nextPrint = new AtomicLong(System.nanoTime() + INTERVAL_NANOS);

  /// @param total bytes in all, or 0 if nobody knows
  Progress(String what, long total) {
    this.what = what;
    this.total = total;
    boolean seen = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    this.terminal = seen ? System.err : null;
  }

  @Override
  public void accept(long bytes) {
    long sum = done.addAndGet(bytes);
    long due = nextPrint.get();
    long now = System.nanoTime();
    if (terminal != null && now - due >= 0 && nextPrint.compareAndSet(due, now + INTERVAL_NANOS)) {
      String share = total > 0 ? " of " + Text.bytes(total) + " (" + 100 * sum / total + " %)" : "";
      terminal.print("\r" + what + " " + Text.bytes(sum) + share + "   ");
      terminal.flush();
    }
  }

  @Override
  public void close() {
    if (terminal != null && done.get() > 0) {
      terminal.print("\r" + " ".repeat(70) + "\r");
      terminal.flush();
    }
  }
}
