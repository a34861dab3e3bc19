package io.landfall.transfer.landing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether what has landed of an image is to leave the kernel's cache as soon as it is durable: if
/// the image is so large that it would drive everything else out, and its own beginning before its
/// end has come.
final class DropBehind {
  /// Overrides the bound, in bytes.
  static final String PROPERTY = "landfall.landing.dropBehindBytes";

  /// Of the memory; a smaller image is read again soon, by who hashes it and by a guest.
  private static final int SHARE = 2;

  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final String TOTAL = "MemTotal:";

  private DropBehind() {}

  /// Whether it is for an image of that size.
  static boolean appliesTo(long imageBytes) {
    return imageBytes > Long.getLong(PROPERTY, memoryBytes() / SHARE);
  }

  /// All that the machine has; without bound where the system does not tell.
  private static long memoryBytes() {
    try {
      for (String line : Files.readAllLines(MEMORY)) {
        if (line.startsWith(TOTAL)) {
          String kib = line.substring(TOTAL.length()).replace("kB", "").strip();
          return Long.parseLong(kib) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }
}
