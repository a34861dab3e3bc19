package io.landfall.transfer.landing;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/// Disk work on a platform thread, for a caller that may be a virtual thread, which it would hold
/// on its carrier, or may be interrupted, which would close the file.
final class Worker {
  private final String name;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Thread thread;

  /// Work that may fail.
  interface Task {
    void run() throws IOException;
  }

  private Worker(String name, Task task) {
    this.name = name;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(() -> {
              try {
                task.run();
              } catch (IOException | RuntimeException e) {
                failure.set(e);
              }
            });
  }

  /// Begins.
  static Worker start(String name, Task task) {
    return new Worker(name, task);
  }

  /// Waits for the end, whatever it is.
  void join() {
    Threads.join(thread);
  }

  /// Waits for the end and throws what the task threw.
  void await() throws IOException {
    join();
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw new IOException(e.getMessage(), e);
      case Exception e -> throw new IllegalStateException(name + " failed", e);
    }
  }
}
