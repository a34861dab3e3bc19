package io.landfall.store.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/// Javas with a [CrashWorkload] that have started and wait for their order, so that hundreds can be
/// killed without a test waiting for each to start.
public final class WarmChildren implements AutoCloseable {
  private static final int WAITING = 3;

  private final Deque<Process> waiting = new ArrayDeque<>();
  private final String libraries;

  /// Starts the first ones.
  ///
  /// @param scratch a directory for RocksDB's library: a Java that unpacks one of its own needs
  ///   twice as long to start and leaves 17 MB in the temporary directory when it is killed
  public WarmChildren(Path scratch) throws IOException {
    this.libraries = "-Djava.library.path=" + scratch;
    String library = Environment.getJniLibraryFileName("rocksdb");
    try (InputStream packed = RocksDB.class.getResourceAsStream("/" + library)) {
      Files.copy(packed, Files.createDirectories(scratch).resolve(library));
    }
    fill();
  }

  private void fill() throws IOException {
    while (waiting.size() < WAITING) {
      waiting.add(ChildJvm.start(List.of(libraries), CrashWorkload.class));
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
