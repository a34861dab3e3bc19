package io.landfall.transfer.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// One entry of the work log: 32 bytes, little endian.
///
/// @param step the step, from 1
/// @param patternSum checksum over the pattern after the step changed it
/// @param foundBefore step that the guest read from the entry before this one; 0 for step 1
/// @param foundHere step that the guest read from this entry's place before writing; 0 if it was
///   free
/// @param ticks the guest's clock; not part of any proof
public record WorkEntry(int step, int patternSum, int foundBefore, int foundHere, int ticks) {
  /// Bytes of one entry.
  public static final int SIZE_BYTES = 32;

  private static final int CHECKED_WORDS = 7;

  /// Where the entry of a step lies on the disk, in bytes.
  public static long offsetOf(int step) {
    return WorkProgram.LOG_OFFSET + (step - 1L) * SIZE_BYTES;
  }

  /// The entry's bytes, with its check word.
  public ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(WorkProgram.MAGIC).putInt(step).putInt(patternSum);
    bytes.putInt(foundBefore).putInt(foundHere).putInt(ticks).putInt(0);
    return bytes.putInt(check(bytes)).flip();
  }

  /// The entry in these 32 bytes, or empty if the magic number or the check word is wrong.
  public static Optional<WorkEntry> decode(ByteBuffer source) {
    ByteBuffer bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getInt(0) != WorkProgram.MAGIC || bytes.getInt(28) != check(bytes)) {
      return Optional.empty();
    }
    return Optional.of(
        new WorkEntry(
            bytes.getInt(4),
            bytes.getInt(8),
            bytes.getInt(12),
            bytes.getInt(16),
            bytes.getInt(20)));
  }

  private static int check(ByteBuffer bytes) {
    int check = 0;
    for (int i = 0; i < CHECKED_WORDS; i++) {
      check = Integer.rotateLeft(check, 5) + bytes.getInt(i * Integer.BYTES);
    }
    return check;
  }
}
