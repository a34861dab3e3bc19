package io.landfall.transfer.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The bytes of one made-up file: text, program code, tables, or what is compressed already. Mixed
/// as here they compress with LZ4 to about half, as a system disk does.
///
/// Not thread-safe.
final class SystemDiskContent {
  private static final int BUFFER_BYTES = (1 << 20) + 64;
  private static final byte[][] PHRASES = phrases();
  private static final byte[][] IDIOMS = idioms();

  private final Noise noise;
  private final Kind kind;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private enum Kind {
    TEXT,
    CODE,
    TABLE,
    COMPRESSED
  }

  SystemDiskContent(long content) {
    this.noise = new Noise(content);
    int draw = noise.below(100);
    if (draw < 28) {
      kind = Kind.TEXT;
    } else if (draw < 68) {
      kind = Kind.CODE;
    } else if (draw < 84) {
      kind = Kind.TABLE;
    } else {
      kind = Kind.COMPRESSED;
    }
  }

  /// The next so many bytes; valid until the next call.
  ByteBuffer next(int bytes) {
    buffer.clear();
    while (buffer.position() < bytes) {
      switch (kind) {
        case TEXT -> phrase();
        case CODE -> idiom();
        case TABLE -> row();
        case COMPRESSED -> buffer.putLong(noise.next());
      }
    }
    return buffer.flip().limit(bytes);
  }

  /// Frequent phrases are frequent; names and numbers are new.
  private void phrase() {
    buffer.put(PHRASES[often(PHRASES.length)]);
    if (noise.below(4) == 0) {
      buffer.put(Integer.toString(noise.below(100_000)).getBytes(StandardCharsets.US_ASCII));
    }
    buffer.put((byte) (noise.below(12) == 0 ? '\n' : ' '));
  }

  /// What compilers emit again and again, and between it registers and addresses.
  private void idiom() {
    buffer.put(IDIOMS[often(IDIOMS.length)]).putShort((short) noise.next());
    if (noise.below(2) == 0) {
      buffer.putShort((short) noise.below(1 << 10));
    }
  }

  /// `0..bound-1`, low numbers more often.
  private int often(int bound) {
    return (int) (bound * noise.unit() * noise.unit() * noise.unit());
  }

  /// A counter, a few bits, and room that is not used.
  private void row() {
    buffer.putInt(buffer.position()).putInt(noise.below(1 << 10));
    buffer.putLong(0).putLong(0).putLong(noise.below(8) == 0 ? noise.next() : 0);
  }

  private static byte[][] phrases() {
    Noise letters = new Noise(1);
    byte[][] phrases = new byte[2048][];
    for (int i = 0; i < phrases.length; i++) {
      StringBuilder phrase = new StringBuilder();
      for (int s = 3 + letters.below(8); s > 0; s--) {
        phrase
            .append("bcdfghklmnprstvw".charAt(letters.below(16)))
            .append("aeiou".charAt(letters.below(5)));
        if (s > 1 && letters.below(3) == 0) {
          phrase.append(' ');
        }
      }
      phrases[i] = phrase.toString().getBytes(StandardCharsets.US_ASCII);
    }
    return phrases;
  }

  private static byte[][] idioms() {
    Noise code = new Noise(2);
    byte[][] idioms = new byte[1024][];
    for (int i = 0; i < idioms.length; i++) {
      idioms[i] = new byte[5 + code.below(12)];
      for (int j = 0; j < idioms[i].length; j++) {
        idioms[i][j] = (byte) code.next();
      }
    }
    return idioms;
  }
}
