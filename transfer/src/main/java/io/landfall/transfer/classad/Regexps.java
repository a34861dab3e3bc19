package io.landfall.transfer.classad;

import io.landfall.transfer.classad.Functions.WrongTypeException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// `regexp(pattern, text, options)`, with bounds: a pattern can be written that would search for
/// years.
final class Regexps {
  static final int MAX_PATTERN_CHARS = 1000;
  static final int MAX_STEPS = 1_000_000;

  private Regexps() {}

  static Value matches(List<Value> arguments) {
    String pattern = Words.required(arguments.get(0));
    String text = Words.required(arguments.get(1));
    String options = arguments.size() == 3 ? Words.required(arguments.get(2)) : "";
    if (pattern.length() > MAX_PATTERN_CHARS) {
      return Value.error();
    }
    try {
      boolean whole = options.toLowerCase(Locale.ROOT).indexOf('f') >= 0;
      var matcher = Pattern.compile(pattern, flags(options)).matcher(new Metered(text));
      return Value.of(whole ? matcher.matches() : matcher.find());
    } catch (PatternSyntaxException | StackOverflowError e) {
      return Value.error();
    }
  }

  private static int flags(String options) {
    int flags = 0;
    for (int i = 0; i < options.length(); i++) {
      flags |=
          switch (Character.toLowerCase(options.charAt(i))) {
            case 'i' -> Pattern.CASE_INSENSITIVE;
            case 'm' -> Pattern.MULTILINE;
            case 's' -> Pattern.DOTALL;
            case 'x' -> Pattern.COMMENTS;
            default -> 0;
          };
    }
    return flags;
  }

  /// A text that gives out when it has been looked at too often.
  private static final class Metered implements CharSequence {
    private final String text;
    private int steps;

    Metered(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++steps > MAX_STEPS) {
        throw new WrongTypeException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
