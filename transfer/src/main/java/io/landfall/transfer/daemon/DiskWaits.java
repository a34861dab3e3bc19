package io.landfall.transfer.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many of this process' threads that move images wait for a disk at one moment, as the kernel
/// says (state `D` in `/proc/self/task`). The average of that is what HTCondor calls the disk load
/// of file transfers: how many of them are inside a read or a write.
final class DiskWaits {
  /// Where Linux tells of this process' threads.
  static final Path OWN_THREADS = Path.of("/proc/self/task");

  /// How the names of threads begin that read and write for peers.
  private static final String OURS = "landfall-";

  private static final char WAITS_FOR_DISK = 'D';

  private final Path threads;
  private final char state;

  DiskWaits(Path threads) {
    this(threads, WAITS_FOR_DISK);
  }

  /// @param state which threads are counted, as `ps` writes it
  DiskWaits(Path threads, char state) {
    this.threads = threads;
    this.state = state;
  }

  /// Counts them.
  ///
  /// @throws IOException if the kernel does not tell
  int count() throws IOException {
    int count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
      for (Path thread : all) {
        count += waits(thread.resolve("stat")) ? 1 : 0;
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return count;
  }

  /// `1234 (landfall-read-0) D 1 …`: the name may have spaces and parentheses, the state follows
  /// the last one.
  private boolean waits(Path stat) {
    String line;
    try {
      line = Files.readString(stat, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return false; // it has just ended
    }
    int from = line.indexOf('(') + 1;
    int to = line.lastIndexOf(')');
    return from > 0
        && to > from
        && line.startsWith(OURS, from)
        && line.length() > to + 2
        && line.charAt(to + 2) == state;
  }
}
