package io.landfall.transfer.config;

import io.landfall.transfer.config.Expander.ExpansionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/// The macro functions `$ENV(…)`, `$RANDOM_CHOICE(…)`, `$BASENAME(…)` and their kin. Their names,
/// other than those of macros, are case-sensitive.
final class MacroFunctions {
  private final MacroTable macros;
  private final MacroEnvironment environment;
  private final UnaryOperator<String> expand;
  private final SplittableRandom random;

  MacroFunctions(MacroTable macros, MacroEnvironment environment, UnaryOperator<String> expand) {
    this.macros = macros;
    this.environment = environment;
    this.expand = expand;
    this.random = new SplittableRandom(environment.seed());
  }

  /// The value of `$name(body)`, or nothing if there is no such function.
  Optional<String> call(String name, String body) {
    return switch (name) {
      case "ENV" -> Optional.of(env(body));
      case "RANDOM_CHOICE" -> Optional.of(randomChoice(arguments(name, body, 1, 10_000)));
      case "RANDOM_INTEGER" -> Optional.of(randomInteger(arguments(name, body, 2, 3)));
      case "CHOICE" -> Optional.of(choice(arguments(name, body, 2, 10_000)));
      case "SUBSTR" -> Optional.of(substring(arguments(name, body, 2, 3)));
      case "BASENAME" -> Optional.of(baseName(arguments(name, body, 1, 2)));
      case "DIRNAME" -> Optional.of(FileNames.directory(value(arguments(name, body, 1, 1).get(0))));
      case "INT" -> Optional.of(evaluated(body, MacroExpressions::whole));
      case "REAL" -> Optional.of(evaluated(body, MacroExpressions::real));
      case "STRING" -> Optional.of(evaluated(body, MacroExpressions::string));
      case "EVAL" -> Optional.of(MacroExpressions.eval(value(expand.apply(body).strip())));
      default -> fileName(name, body);
    };
  }

  /// `$Fpn(path)` and its kin, or nothing.
  private Optional<String> fileName(String name, String body) {
    if (!name.startsWith("F") || !FileNames.areParts(name.substring(1))) {
      return Optional.empty();
    }
    String path = value(arguments(name, body, 1, 1).getFirst());
    return Optional.of(FileNames.parts(name.substring(1), path, environment.workingDirectory()));
  }

  /// The first argument is a macro's name or an expression; the last, if it has a `%`, a format.
  private String evaluated(String body, BiFunction<String, List<String>, String> function) {
    String text = expand.apply(body).strip();
    int comma = text.lastIndexOf(',');
    boolean formatted = comma > 0 && text.indexOf('%', comma) > 0;
    String item = formatted ? text.substring(0, comma).strip() : text;
    List<String> format = formatted ? List.of(text.substring(comma + 1).strip()) : List.of();
    return function.apply(value(item), format);
  }

  private String env(String body) {
    int colon = body.indexOf(':');
    String name = expand.apply(colon < 0 ? body : body.substring(0, colon)).strip();
    String value = environment.variables().get(name);
    if (value != null) {
      return value;
    }
    return colon < 0 ? "UNDEFINED" : expand.apply(body.substring(colon + 1));
  }

  private String randomChoice(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private String randomInteger(List<String> arguments) {
    long min = integer("RANDOM_INTEGER", arguments.get(0));
    long max = integer("RANDOM_INTEGER", arguments.get(1));
    long step = arguments.size() < 3 ? 1 : integer("RANDOM_INTEGER", arguments.get(2));
    if (min > max || step < 1 || max - min < 0) {
      throw new ExpansionException("$RANDOM_INTEGER needs min <= max and a step of 1 or more");
    }
    return Long.toString(min + step * random.nextLong((max - min) / step + 1));
  }

  private String choice(List<String> arguments) {
    long index = integer("CHOICE", value(arguments.get(0)));
    List<String> items = arguments.subList(1, arguments.size());
    if (items.size() == 1) {
      items = commaList(value(items.get(0)));
    }
    if (index < 0 || index >= items.size()) {
      throw new ExpansionException(
          "$CHOICE index " + index + " is not one of 0 to " + (items.size() - 1));
    }
    return items.get((int) index);
  }

  private String substring(List<String> arguments) {
    String text = value(arguments.get(0));
    long length = text.length();
    long from = integer("SUBSTR", arguments.get(1));
    from = Math.clamp(from < 0 ? length + from : from, 0, length);
    long to = length;
    if (arguments.size() == 3) {
      long wanted = integer("SUBSTR", arguments.get(2));
      to = Math.clamp(wanted < 0 ? length + wanted : from + wanted, from, Math.max(from, length));
    }
    return text.substring((int) from, (int) Math.min(to, length));
  }

  private String baseName(List<String> arguments) {
    String base = FileNames.base(value(arguments.get(0)));
    if (arguments.size() == 2) {
      String suffix = value(arguments.get(1));
      if (base.endsWith(suffix) && base.length() > suffix.length()) {
        return base.substring(0, base.length() - suffix.length());
      }
    }
    return base;
  }

  /// The value of a macro of that name, or else the text itself.
  private String value(String nameOrText) {
    if (!MacroTable.isName(nameOrText)) {
      return nameOrText;
    }
    return macros.use(nameOrText).map(v -> expand.apply(v.text())).orElse(nameOrText);
  }

  private List<String> arguments(String function, String body, int least, int most) {
    List<String> arguments = commaList(expand.apply(body));
    if (arguments.size() < least || arguments.size() > most) {
      throw new ExpansionException(
          "$"
              + function
              + " takes "
              + least
              + " to "
              + most
              + " arguments, not "
              + arguments.size());
    }
    return arguments;
  }

  private static List<String> commaList(String text) {
    List<String> items = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == ',') {
        items.add(text.substring(from, i).strip());
        from = i + 1;
      }
    }
    return items;
  }

  private static long integer(String function, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ExpansionException("$" + function + " needs an integer, not " + text);
    }
  }
}
