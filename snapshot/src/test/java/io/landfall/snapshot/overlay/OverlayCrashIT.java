package io.landfall.snapshot.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.testing.ChildJvm;
import io.landfall.snapshot.testing.Contents;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A writer is killed at any moment; what it had flushed and said so is there afterwards.
class OverlayCrashIT {
  private static final int SLOTS = 64;
  private static final int SLOT_BYTES = 40_000; // so that a slot may lie in two blocks
  private static final long SIZE_BYTES = (long) SLOTS * SLOT_BYTES;
  private static final int ROUNDS = 5;

  @TempDir private Path dir;

  @Test
  void whatWasFlushedSurvivesAKill() throws Exception {
    Path path = dir.resolve("overlay");
    OverlayFile.create(path, SIZE_BYTES, new MemoryDevice(SIZE_BYTES)).close();
    Random random = new Random(12);
    long last = 0;
    for (int round = 0; round < ROUNDS; round++) {
      last = writeUntilKilled(path, last + 1, 20 + random.nextInt(200));
      try (OverlayFile overlay = OverlayFile.openLayer(path)) {
        requireFlushed(overlay, last);
      }
    }
  }

  /// @return the last generation that the writer said is flushed
  private static long writeUntilKilled(Path path, long first, int generations) throws Exception {
    Process writer = ChildJvm.start("-Xmx64m", Writer.class, path, first);
    try (BufferedReader said = writer.inputReader(StandardCharsets.UTF_8)) {
      long last = 0;
      for (int i = 0; i < generations; i++) {
        last = Long.parseLong(said.readLine());
      }
      writer.toHandle().destroyForcibly(); // and not the process, which closes its output
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        last = Long.parseLong(line);
      }
      return last;
    }
  }

  private static void requireFlushed(OverlayFile overlay, long last) throws IOException {
    for (long generation = Math.max(1, last - SLOTS + 1); generation <= last; generation++) {
      long slot = generation % SLOTS;
      ByteBuffer bytes = ByteBuffer.wrap(Contents.read(overlay, slot * SLOT_BYTES, SLOT_BYTES));
      long first = bytes.getLong(0);
      // Only the generation after the last one may have come half way.
      boolean overwritten = slot == (last + 1) % SLOTS;
      assertThat(first == generation || overwritten)
          .as("slot %d has generation %d, expected %d", slot, first, generation)
          .isTrue();
      if (!overwritten) {
        for (int at = 0; at < SLOT_BYTES; at += Long.BYTES) {
          assertThat(bytes.getLong(at)).isEqualTo(generation);
        }
      }
    }
  }

  /// The child: writes one slot per generation, flushes, says so.
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      try (OverlayFile overlay =
          OverlayFile.openWritable(Path.of(args[0]), new MemoryDevice(SIZE_BYTES))) {
        for (long generation = Long.parseLong(args[1]); ; generation++) {
          ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES);
          while (bytes.hasRemaining()) {
            bytes.putLong(generation);
          }
          overlay.write(generation % SLOTS * SLOT_BYTES, bytes.flip());
          overlay.flush();
          System.out.println(generation);
        }
      }
    }
  }
}
