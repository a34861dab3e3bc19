package io.landfall.transfer.submit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A slice of a queue statement's items, as in Python: `[from:to:step]`, any of them left out,
/// negative ones counted from the end.
///
/// @param from first index, if given
/// @param to index behind the last, if given
/// @param step at least 1
/// @param length of the text
record Slice(Optional<Integer> from, Optional<Integer> to, int step, int length) {
  static final Slice ALL = new Slice(Optional.empty(), Optional.empty(), 1, 0);

  private static final String NUMBER = "\\s*(-?\\d{1,9})?\\s*";
  private static final Pattern SLICE =
      Pattern.compile("\\[" + NUMBER + "(?::" + NUMBER + "(?::\\s*(\\d{1,9})?\\s*)?)?\\]");

  /// What is meant to be a slice: digits, colons and signs in brackets.
  private static final Pattern LIKE = Pattern.compile("\\[[-+\\d\\s:]*\\]");

  /// The slice at the start of a text; nothing if there is none.
  ///
  /// @throws ArithmeticException for one that no list has: a step below 1, or too many digits
  static Optional<Slice> at(String text) {
    Matcher m = SLICE.matcher(text);
    boolean found = m.lookingAt();
    int step = !found || m.group(3) == null ? 1 : Integer.parseInt(m.group(3));
    Matcher like = LIKE.matcher(text);
    if (step < 1 || (!found && like.lookingAt())) {
      String written = text.substring(0, found ? m.end() : like.end());
      throw new ArithmeticException(
          written + " is no slice; write [from:to:step] with a step of at least 1");
    }
    if (!found) {
      return Optional.empty();
    }
    return Optional.of(new Slice(number(m.group(1)), number(m.group(2)), step, m.end()));
  }

  private static Optional<Integer> number(String digits) {
    return Optional.ofNullable(digits).map(Integer::valueOf);
  }

  /// The items that the slice leaves.
  <T> List<T> of(List<T> items) {
    List<T> chosen = new ArrayList<>();
    long first = position(from.orElse(0), items.size());
    long last = position(to.orElse(items.size()), items.size());
    for (long i = first; i < last; i += step) {
      chosen.add(items.get((int) i));
    }
    return chosen;
  }

  private static long position(int index, int size) {
    return Math.clamp(index < 0 ? (long) index + size : index, 0, size);
  }
}
