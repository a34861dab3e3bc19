package io.landfall.perf.measure;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Puts memory into the same state before every run.
///
/// A virtual machine gives free pages back to its host. The first use of such a page costs a fault
/// in the host: 2 GiB into fresh page cache took 0.9 s or 5 s depending on how long the machine had
/// idled. So the pages that a run will take are touched and given back just before it.
public final class FreeMemory {
  private static final long SHARE_OF_FREE = 2;

  private FreeMemory() {}

  /// Touches so many bytes of free memory, but at most half of what is available.
  public static void touch(long bytes) throws IOException {
    long size = Math.min(bytes, availableBytes() / SHARE_OF_FREE);
    try (Arena arena = Arena.ofConfined()) {
      // The arena hands out zeros, which it has to write.
      arena.allocate(Math.max(size, 1));
    }
  }

  /// Reads a file, so that it is in the page cache.
  public static void cache(Path file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        // the reading is all
      }
    }
  }

  private static long availableBytes() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }
}
