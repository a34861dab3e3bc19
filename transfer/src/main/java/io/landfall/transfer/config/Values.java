package io.landfall.transfer.config;

import io.landfall.transfer.classad.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Values of commands and settings as Java values.
public final class Values {
  /// 64 TiB, more than any machine has.
  public static final int MAX_MEMORY_MIB = 64 << 20;

  private static final Pattern MEMORY =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*(?:([KMGT])B?)?", Pattern.CASE_INSENSITIVE);

  private Values() {}

  /// true, yes, t, y and numbers other than 0; false, no, f, n and 0; in any case; or an expression
  /// of constants that has a truth value.
  public static Optional<Boolean> bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y" -> Optional.of(true);
      case "false", "f", "no", "n" -> Optional.of(false);
      default ->
          MacroExpressions.evaluate(text)
              .filter(
                  v -> v instanceof Value.Bool || v instanceof Value.Int || v instanceof Value.Real)
              .map(Value::isTrue);
    };
  }

  /// Megabytes, or a number with K, M, G or T; rounded up. Empty unless it is more than 0 and at
  /// most [#MAX_MEMORY_MIB].
  public static OptionalInt memoryMiB(String text) {
    Matcher m = MEMORY.matcher(text);
    if (!m.matches()) {
      return OptionalInt.empty();
    }
    String unit = m.group(2) == null ? "M" : m.group(2).toUpperCase(Locale.ROOT);
    BigDecimal kib = BigDecimal.valueOf(1L << (10 * "KMGT".indexOf(unit)));
    BigDecimal mib =
        new BigDecimal(m.group(1))
            .multiply(kib)
            .divide(BigDecimal.valueOf(1024), 0, RoundingMode.CEILING);
    boolean good = mib.signum() > 0 && mib.compareTo(BigDecimal.valueOf(MAX_MEMORY_MIB)) <= 0;
    return good ? OptionalInt.of(mib.intValueExact()) : OptionalInt.empty();
  }

  /// A whole number, or an expression of constants that is one.
  static Optional<Long> integer(String text) {
    return MacroExpressions.evaluate(text).map(v -> v instanceof Value.Int(long n) ? n : null);
  }

  /// Without the quotation marks around it, if both are there.
  public static String unquoted(String text) {
    return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }
}
