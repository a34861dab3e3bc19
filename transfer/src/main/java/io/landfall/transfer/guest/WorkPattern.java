package io.landfall.transfer.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The 64 KiB that the work program keeps in RAM and changes with every step. Its checksum goes
/// into the log, so that a step made by the wrong memory cannot hide.
///
/// Not thread-safe.
public final class WorkPattern {
  /// Bytes of the pattern.
  public static final int SIZE_BYTES = 64 << 10;

  private static final int WORDS = SIZE_BYTES / Integer.BYTES;
  private static final int CHANGED_WORDS = 1024;
  private static final int FACTOR = 1664525;
  private static final int SUMMAND = 1013904223;

  private final int[] words = new int[WORDS];

  /// The pattern before the first step.
  public WorkPattern(int seed) {
    int x = seed;
    for (int i = 0; i < WORDS; i++) {
      x = x * FACTOR + SUMMAND;
      words[i] = x;
    }
  }

  /// The pattern as it lies in a guest's memory.
  ///
  /// @param memory [#SIZE_BYTES] bytes
  public WorkPattern(ByteBuffer memory) {
    memory.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
  }

  /// Does to the pattern what step `step` does.
  public void change(int step) {
    int at = step * 7919;
    for (int i = 0; i < CHANGED_WORDS; i++, at++) {
      int slot = at & (WORDS - 1);
      words[slot] = words[slot] * FACTOR + SUMMAND + step;
    }
  }

  /// The checksum that goes into the log.
  public int sum() {
    int sum = 0;
    for (int word : words) {
      sum = Integer.rotateLeft(sum, 5) + word;
    }
    return sum;
  }

  /// The pattern's bytes, as they lie in memory.
  public ByteBuffer bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes;
  }
}
