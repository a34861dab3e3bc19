package io.landfall.transfer.config;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.classad.Evaluation;
import io.landfall.transfer.classad.Expression;
import io.landfall.transfer.classad.Value;
import io.landfall.transfer.config.Expander.ExpansionException;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// `$INT`, `$REAL`, `$STRING` and `$EVAL`: a text evaluated as a ClassAd expression of constants.
final class MacroExpressions {
  private static final Pattern WHOLE_FORMAT =
      Pattern.compile("[^%]*%[-+0 ,(]{0,4}\\d{0,3}[dxXo][^%]*");
  private static final Pattern REAL_FORMAT =
      Pattern.compile("[^%]*%[-+0 ,(]{0,4}\\d{0,3}(\\.\\d{1,3})?[eEfgG][^%]*");
  private static final Pattern TEXT_FORMAT =
      Pattern.compile("[^%]*%-?\\d{0,3}(\\.\\d{1,3})?s[^%]*");

  private MacroExpressions() {}

  /// The value of a text that is an expression, or nothing if it is none.
  static Optional<Value> evaluate(String text) {
    try {
      Expression expression = Expression.parse(text);
      return Optional.of(new Evaluation(ClassAd.EMPTY, ClassAd.EMPTY, 0).value(expression));
    } catch (ClassAdException e) {
      return Optional.empty();
    }
  }

  /// `$INT(text, format)`.
  static String whole(String text, List<String> format) {
    return switch (required("INT", text)) {
      case Value.Int(long n) -> formatted("INT", format, "%d", WHOLE_FORMAT, n);
      case Value.Real(double n) -> formatted("INT", format, "%d", WHOLE_FORMAT, (long) n);
      case Value.Bool(boolean b) -> formatted("INT", format, "%d", WHOLE_FORMAT, b ? 1L : 0L);
      default -> throw new ExpansionException("$INT needs a number, not " + text);
    };
  }

  /// `$REAL(text, format)`.
  static String real(String text, List<String> format) {
    return switch (required("REAL", text)) {
      case Value.Int(long n) -> formatted("REAL", format, "%.6f", REAL_FORMAT, (double) n);
      case Value.Real(double n) -> formatted("REAL", format, "%.6f", REAL_FORMAT, n);
      default -> throw new ExpansionException("$REAL needs a number, not " + text);
    };
  }

  /// `$STRING(text, format)`: the value of an expression, or else the text itself.
  static String string(String text, List<String> format) {
    String value =
        evaluate(text)
            .filter(v -> !v.isError() && !v.isUndefined())
            .map(MacroExpressions::bare)
            .orElse(text);
    return formatted("STRING", format, "%s", TEXT_FORMAT, value);
  }

  /// `$EVAL(text)`.
  static String eval(String text) {
    return bare(required("EVAL", text));
  }

  private static String bare(Value value) {
    return value instanceof Value.Text(String text) ? text : value.toString();
  }

  private static Value required(String function, String text) {
    return evaluate(text)
        .filter(v -> !v.isError())
        .orElseThrow(() -> new ExpansionException("$" + function + " cannot evaluate " + text));
  }

  private static String formatted(
      String function, List<String> format, String standard, Pattern allowed, Object value) {
    String pattern = format.isEmpty() ? standard : Values.unquoted(format.getFirst());
    if (!allowed.matcher(pattern).matches()) {
      throw new ExpansionException("$" + function + " cannot print with " + pattern);
    }
    try {
      return String.format(Locale.ROOT, pattern, value);
    } catch (IllegalFormatException e) {
      throw new ExpansionException("$" + function + " cannot print with " + pattern);
    }
  }
}
