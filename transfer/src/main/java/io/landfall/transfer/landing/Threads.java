package io.landfall.transfer.landing;

/// Waiting for workers that end soon and must have ended.
final class Threads {
  private Threads() {}

  /// Waits for the end of a thread; an interrupt is kept for later.
  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
