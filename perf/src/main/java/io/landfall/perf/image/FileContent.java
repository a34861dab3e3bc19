package io.landfall.perf.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The bytes of one made-up file: text, machine code, records, or what is compressed already, in
/// the shares of a system disk. LZ4 makes about half of the whole.
final class FileContent {
  private static final int MAX_STEP_BYTES = 64;
  private static final byte[][] WORDS = words();
  private static final byte[][] INSTRUCTIONS = instructions();

  private final Numbers numbers;
  private final int kind;

  FileContent(long seed) {
    this.numbers = new Numbers(seed);
    this.kind = numbers.below(100);
  }

  /// Fills `target` to its limit.
  void fill(ByteBuffer target) {
    ByteBuffer step = ByteBuffer.allocate(MAX_STEP_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (target.hasRemaining()) {
      step(step.clear());
      step.flip().limit(Math.min(step.limit(), target.remaining()));
      target.put(step);
    }
  }

  private void step(ByteBuffer out) {
    if (kind < 30) {
      word(out);
    } else if (kind < 65) {
      instruction(out);
    } else if (kind < 80) {
      row(out);
    } else {
      out.putLong(numbers.next());
    }
  }

  private void word(ByteBuffer out) {
    out.put(WORDS[common(WORDS.length)]);
    if (numbers.below(6) == 0) {
      out.put(Integer.toString(numbers.below(10_000)).getBytes(StandardCharsets.US_ASCII));
    }
    out.put((byte) (numbers.below(10) == 0 ? '\n' : ' '));
  }

  private void instruction(ByteBuffer out) {
    out.put(INSTRUCTIONS[common(INSTRUCTIONS.length)]).putShort((short) numbers.next());
  }

  private void row(ByteBuffer out) {
    out.putInt(numbers.below(1 << 12)).putInt(0).putLong(numbers.below(4)).putLong(0);
  }

  /// `0..bound-1`, low ones far more often, as words and instructions are.
  private int common(int bound) {
    double draw = numbers.unit();
    return (int) (bound * draw * draw * draw);
  }

  private static byte[][] words() {
    Numbers letters = new Numbers(1);
    byte[][] words = new byte[2048][];
    for (int i = 0; i < words.length; i++) {
      words[i] = new byte[2 + letters.below(14)];
      for (int j = 0; j < words[i].length; j++) {
        words[i][j] = (byte) ('a' + letters.below(26));
      }
    }
    return words;
  }

  private static byte[][] instructions() {
    Numbers code = new Numbers(2);
    byte[][] instructions = new byte[1024][];
    for (int i = 0; i < instructions.length; i++) {
      instructions[i] = new byte[4 + code.below(10)];
      for (int j = 0; j < instructions[i].length; j++) {
        instructions[i][j] = (byte) code.next();
      }
    }
    return instructions;
  }
}
