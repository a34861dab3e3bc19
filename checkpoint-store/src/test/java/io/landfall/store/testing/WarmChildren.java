package io.landfall.store.testing;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Javas with a [CrashWorkload] that have started and wait for their order, so that hundreds can be
/// killed without a test waiting for each to start.
public final class WarmChildren implements AutoCloseable {
  private static final int WAITING = 3;

  private final Deque<Process> waiting = new ArrayDeque<>();

  /// Starts the first ones.
  public WarmChildren() throws IOException {
    fill();
  }

  private void fill() throws IOException {
    while (waiting.size() < WAITING) {
      waiting.add(ChildJvm.start(CrashWorkload.class));
    }
  }

  /// Sets one to work on `directory`; another takes its place.
  public Process start(Path directory, long seed, int rounds) throws IOException {
    Process child = waiting.remove();
    fill();
    Writer order = child.outputWriter(StandardCharsets.UTF_8);
    order.write(seed + " " + rounds + " " + directory + "\n");
    order.flush();
    return child;
  }

  @Override
  public void close() {
    waiting.forEach(child -> child.toHandle().destroyForcibly());
  }
}
