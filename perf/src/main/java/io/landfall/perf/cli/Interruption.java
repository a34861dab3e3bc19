package io.landfall.perf.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C and SIGTERM: what is running ends soon, and its report is written before the process
/// does.
///
/// The signal ends the programs that are being measured, which fails whoever waits for them; and
/// the next line of progress is refused. The JVM then waits for [#close], though not for ever.
final class Interruption implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int AGAIN_MILLIS = 250;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "bench-interruption");
  private volatile boolean asked;

  private Interruption() {}

  static Interruption watch() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /// Whether the process is to end.
  boolean asked() {
    return asked;
  }

  /// Goes on only in a process that is to live.
  void check() {
    if (asked) {
      throw new Stopped();
    }
  }

  private void stop() {
    asked = true;
    try {
      // What is started in this very moment has to be found as well.
      for (int waited = 0; waited < PATIENCE_MILLIS; waited += AGAIN_MILLIS) {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
        if (over.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
    if (!asked) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It has begun in this moment, and ends by itself.
      }
    }
  }

  /// A run that was told to stop.
  static final class Stopped extends RuntimeException {
    static final String WHY = "stopped by a signal";

    private static final long serialVersionUID = 1;

    Stopped() {
      super(WHY);
    }
  }
}
