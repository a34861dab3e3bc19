package io.landfall.transfer.landing;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/// Runs disk work for a caller that may be a virtual thread, which it would hold on its carrier, or
/// may be interrupted, which would close the file.
final class Worker {

  /// Work that may fail.
  interface Task {
    void run() throws IOException;
  }

  private Worker() {}

  /// Runs `task` on a platform thread and waits for its end.
  static void run(String name, Task task) throws IOException {
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread thread =
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
    Threads.join(thread);
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw new IOException(e.getMessage(), e);
      case Exception e -> throw new IllegalStateException(name + " failed", e);
    }
  }
}
