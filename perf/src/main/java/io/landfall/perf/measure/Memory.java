package io.landfall.perf.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What this process takes of the machine's memory, from `/proc`: heap, native memory of RocksDB
/// and of manifests, and what it has mapped of files; and what of it is heap.
public final class Memory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final String RESET_PEAK = "5";

  private Memory() {}

  /// Starts anew to look for peaks, after collecting garbage.
  public static void resetPeaks() throws IOException {
    System.gc();
    heaps().forEach(MemoryPoolMXBean::resetPeakUsage);
    if (Files.isWritable(CLEAR)) {
      Files.writeString(CLEAR, RESET_PEAK);
    }
  }

  /// The most that was resident since [#resetPeaks]; 0 where there is no `/proc`.
  public static long peakResidentBytes() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }

  /// The most that each part of the heap held since [#resetPeaks], garbage included.
  public static long peakHeapBytes() {
    return heaps().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  private static List<MemoryPoolMXBean> heaps() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }
}
