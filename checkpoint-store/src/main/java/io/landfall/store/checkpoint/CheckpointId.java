package io.landfall.store.checkpoint;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.regex.Pattern;

/// Names a checkpoint: a ULID, 26 characters of Crockford's base 32, the first ten of which are the
/// time in milliseconds, so that names sort by age.
///
/// @param text 26 characters, upper case
public record CheckpointId(String text) implements Comparable<CheckpointId> {
  /// Characters of an id.
  public static final int LENGTH = 26;

  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final Pattern SYNTAX = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TIME_DIGITS = 10;

  /// Checks the syntax.
  ///
  /// @throws IllegalArgumentException if `text` is no ULID
  public CheckpointId {
    if (!SYNTAX.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "checkpoint id: \"" + text + "\", expected 26 characters of Crockford's base 32");
    }
  }

  /// A new id for something made at `now`.
  static CheckpointId create(Instant now) {
    char[] text = new char[LENGTH];
    long time = now.toEpochMilli();
    for (int i = TIME_DIGITS - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (time & 31));
      time >>>= 5;
    }
    for (int i = TIME_DIGITS; i < LENGTH; i++) {
      text[i] = DIGITS.charAt(RANDOM.nextInt(32));
    }
    return new CheckpointId(new String(text));
  }

  @Override
  public int compareTo(CheckpointId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
