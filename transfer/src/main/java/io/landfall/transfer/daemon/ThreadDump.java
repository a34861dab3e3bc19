package io.landfall.transfer.daemon;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// All threads of this process with their stacks, virtual ones too, which `ThreadMXBean` leaves
/// out.
final class ThreadDump {
  private static final int MAX_BYTES = 1 << 20;

  private ThreadDump() {}

  static String text() throws IOException {
    Path directory = Files.createTempDirectory("landfall-threads-");
    Path file = directory.resolve("dump");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
      try (InputStream in = Files.newInputStream(file)) {
        return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(directory);
    }
  }
}
