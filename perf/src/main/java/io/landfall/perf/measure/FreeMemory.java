package io.landfall.perf.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Puts memory into the same state before every run.
///
/// A virtual machine gives free pages back to its host. The first use of such a page costs a fault
/// in the host: 2 GiB into fresh page cache took 0.9 s or 5 s depending on how long the machine had
/// idled. So the pages that a run will take are touched and given back just before it: by writing a
/// file and deleting it, since the pages of a deleted file are what the next file gets. (Pages of a
/// process, given back, are not: with them the bare copy of 1 GiB took 0.7 to 2.5 s, with those of
/// a file 0.27 to 0.42 s.)
public final class FreeMemory {
  private static final long SHARE_OF_FREE = 2;
  private static final int BLOCK_BYTES = 1 << 20;

  private FreeMemory() {}

  /// Touches so many bytes of free memory, but at most half of what is available.
  ///
  /// @param directory on the file system that is measured
  public static void touch(long bytes, Path directory) throws IOException {
    long size = Math.min(bytes, availableBytes() / SHARE_OF_FREE);
    Path file = directory.resolve("touched");
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      for (long done = 0; done < size; done += channel.write(block.clear())) {
        // the writing is all
      }
    }
  }

  /// Reads a file, so that it is in the page cache.
  public static void cache(Path file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK_BYTES);
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
