package io.landfall.transfer.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The condition of an `if`: a boolean or a number, `defined NAME`, or `version OP x.y.z`, each
/// perhaps after `!`. There is no `&&` and no `||`: nest the ifs.
final class Condition {
  /// The release whose submit language this is; `version` compares with it.
  static final String HTCONDOR_VERSION = "8.6.13";

  private static final Pattern VERSION =
      Pattern.compile("version\\s*(==|!=|<=|>=|<|>)\\s*(\\d{1,4}(?:\\.\\d{1,4}){0,2})");

  private static final Pattern SIMPLE =
      Pattern.compile("true|t|yes|y|false|f|no|n|[-+]?\\d{1,18}(\\.\\d{0,18})?");

  private Condition() {}

  /// The truth of an expanded condition, or nothing if it is none of the forms.
  static Optional<Boolean> evaluate(String condition, MacroTable macros) {
    String text = condition.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("!")) {
      return evaluate(text.substring(1), macros).map(b -> !b);
    }
    if (text.equals("defined")) {
      return Optional.of(false);
    }
    if (text.startsWith("defined ") || text.startsWith("defined\t")) {
      String name = text.substring("defined".length()).strip();
      return MacroTable.isName(name) ? Optional.of(macros.isDefined(name)) : Optional.empty();
    }
    Matcher version = VERSION.matcher(text);
    if (version.matches()) {
      return Optional.of(compare(version.group(1), version.group(2)));
    }
    return simple(text);
  }

  /// An empty text is false; an expression is too much for an `if`.
  private static Optional<Boolean> simple(String text) {
    return text.isEmpty() || SIMPLE.matcher(text).matches()
        ? Optional.of(Values.bool(text).orElse(false))
        : Optional.empty();
  }

  private static boolean compare(String operator, String version) {
    int order = Long.compare(rank(HTCONDOR_VERSION), rank(version));
    return switch (operator) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<=" -> order <= 0;
      case ">=" -> order >= 0;
      case "<" -> order < 0;
      default -> order > 0;
    };
  }

  private static long rank(String version) {
    long rank = 0;
    int parts = 0;
    for (String part : version.split("\\.", -1)) {
      rank = rank * 10_000 + Long.parseLong(part);
      parts++;
    }
    for (; parts < 3; parts++) {
      rank *= 10_000;
    }
    return rank;
  }
}
