package io.landfall.transfer.classad;

import io.landfall.transfer.classad.Expression.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// The functions of the ClassAd language. Names go without regard to case; a function that does not
/// exist, or gets the wrong number of arguments, is an error.
final class Functions {
  /// A function of evaluated arguments that takes from `least` to `most` of them.
  private record Entry(int least, int most, Function<List<Value>, Value> body) {}

  /// Functions of which undefined or an error in any argument makes just that.
  private static final Map<String, Entry> STRICT =
      Map.ofEntries(
          Map.entry("size", new Entry(1, 1, a -> size(a.get(0)))),
          Map.entry(
              "toupper", new Entry(1, 1, a -> text(Words.of(a.get(0)).toUpperCase(Locale.ROOT)))),
          Map.entry(
              "tolower", new Entry(1, 1, a -> text(Words.of(a.get(0)).toLowerCase(Locale.ROOT)))),
          Map.entry("substr", new Entry(2, 3, Functions::substr)),
          Map.entry(
              "strcmp",
              new Entry(2, 2, a -> order(Words.of(a.get(0)).compareTo(Words.of(a.get(1)))))),
          Map.entry(
              "stricmp",
              new Entry(
                  2, 2, a -> order(Words.of(a.get(0)).compareToIgnoreCase(Words.of(a.get(1)))))),
          Map.entry("regexp", new Entry(2, 3, Regexps::matches)),
          Map.entry("stringlistmember", new Entry(2, 3, a -> StringLists.member(a, false))),
          Map.entry("stringlistimember", new Entry(2, 3, a -> StringLists.member(a, true))),
          Map.entry(
              "stringlistsize",
              new Entry(1, 2, a -> Value.of((long) StringLists.items(a, 0).size()))),
          Map.entry("stringlistsintersect", new Entry(2, 3, StringLists::intersect)),
          Map.entry("stringlistsum", new Entry(1, 2, StringLists::sum)),
          Map.entry("stringlistavg", new Entry(1, 2, StringLists::average)),
          Map.entry("stringlistmin", new Entry(1, 2, a -> StringLists.extreme(a, -1))),
          Map.entry("stringlistmax", new Entry(1, 2, a -> StringLists.extreme(a, 1))),
          Map.entry("split", new Entry(1, 2, StringLists::split)),
          Map.entry("join", new Entry(1, 100, StringLists::join)),
          Map.entry("int", new Entry(1, 1, a -> Numbers.whole(a.get(0), Numbers::truncate))),
          Map.entry("floor", new Entry(1, 1, a -> Numbers.whole(a.get(0), Math::floor))),
          Map.entry("ceiling", new Entry(1, 1, a -> Numbers.whole(a.get(0), Math::ceil))),
          Map.entry("round", new Entry(1, 1, a -> Numbers.whole(a.get(0), Math::rint))),
          Map.entry("real", new Entry(1, 1, a -> Numbers.real(a.get(0)))),
          Map.entry("bool", new Entry(1, 1, a -> bool(a.get(0)))),
          Map.entry("string", new Entry(1, 1, a -> text(Words.of(a.get(0))))),
          Map.entry("strcat", new Entry(0, 1000, Functions::strcat)),
          Map.entry("pow", new Entry(2, 2, Numbers::pow)),
          Map.entry("quantize", new Entry(2, 2, Numbers::quantize)));

  private Functions() {}

  static Value call(Call call, Evaluation evaluation) {
    String name = call.function().toLowerCase(Locale.ROOT);
    List<Expression> arguments = call.arguments();
    return switch (name) {
      case "time", "currenttime" ->
          arguments.isEmpty() ? Value.of(evaluation.now()) : Value.error();
      case "ifthenelse" -> ifThenElse(arguments, evaluation);
      case "member" -> member(arguments, evaluation, Operator.EQUAL);
      case "identicalmember" -> member(arguments, evaluation, Operator.IS);
      case "isundefined", "iserror", "isstring", "isinteger", "isreal", "isboolean", "islist" ->
          arguments.size() == 1
              ? Value.of(isKind(name, evaluation.value(arguments.getFirst())))
              : Value.error();
      default -> strict(name, arguments, evaluation);
    };
  }

  private static Value strict(String name, List<Expression> arguments, Evaluation evaluation) {
    Entry entry = STRICT.get(name);
    if (entry == null || arguments.size() < entry.least || arguments.size() > entry.most) {
      return Value.error();
    }
    List<Value> values = new ArrayList<>();
    boolean undefined = false;
    for (Expression argument : arguments) {
      Value value = evaluation.value(argument);
      if (value.isError()) {
        return Value.error();
      }
      undefined |= value.isUndefined();
      values.add(value);
    }
    try {
      return undefined ? Value.undefined() : entry.body.apply(values);
    } catch (WrongTypeException e) {
      return Value.error();
    }
  }

  private static Value ifThenElse(List<Expression> arguments, Evaluation evaluation) {
    if (arguments.size() != 3) {
      return Value.error();
    }
    Value condition = evaluation.value(arguments.get(0));
    return Operations.truth(condition)
        .map(truth -> evaluation.value(arguments.get(truth ? 1 : 2)))
        .orElse(condition.isUndefined() ? Value.undefined() : Value.error());
  }

  /// Whether a list holds a value; strings compare as the operator does.
  private static Value member(
      List<Expression> arguments, Evaluation evaluation, Operator operator) {
    if (arguments.size() != 2) {
      return Value.error();
    }
    Value wanted = evaluation.value(arguments.get(0));
    Value list = evaluation.value(arguments.get(1));
    if (!(list instanceof Value.Items(List<Value> values)) || wanted.isError()) {
      return list.isUndefined() ? Value.undefined() : Value.error();
    }
    if (wanted.isUndefined() && operator == Operator.EQUAL) {
      return Value.undefined();
    }
    return Value.of(
        values.stream()
            .anyMatch(v -> Operations.binary(operator, wanted, v).equals(Value.of(true))));
  }

  private static boolean isKind(String name, Value value) {
    return switch (name) {
      case "isundefined" -> value.isUndefined();
      case "iserror" -> value.isError();
      case "isstring" -> value instanceof Value.Text;
      case "isinteger" -> value instanceof Value.Int;
      case "isreal" -> value instanceof Value.Real;
      case "isboolean" -> value instanceof Value.Bool;
      default -> value instanceof Value.Items;
    };
  }

  private static Value size(Value value) {
    return switch (value) {
      case Value.Text(String text) -> Value.of((long) text.length());
      case Value.Items(List<Value> values) -> Value.of((long) values.size());
      default -> Value.error();
    };
  }

  private static Value strcat(List<Value> arguments) {
    StringBuilder text = new StringBuilder();
    for (Value argument : arguments) {
      text.append(Words.of(argument));
      if (text.length() > Evaluation.MAX_TEXT_CHARS) {
        return Value.error();
      }
    }
    return text(text.toString());
  }

  /// A negative offset counts from the end, a negative length leaves out so many at the end.
  private static Value substr(List<Value> arguments) {
    String text = Words.required(arguments.get(0));
    long length = text.length();
    long from = Numbers.required(arguments.get(1));
    from = Math.clamp(from < 0 ? length + from : from, 0L, length);
    long to = length;
    if (arguments.size() == 3) {
      long wanted = Numbers.required(arguments.get(2));
      to = wanted < 0 ? length + wanted : Math.min(wanted, length) + from;
    }
    to = Math.clamp(to, from, length);
    return text(text.substring((int) from, (int) to));
  }

  private static Value bool(Value value) {
    if (value instanceof Value.Text(String text)) {
      return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")
          ? Value.of(text.equalsIgnoreCase("true"))
          : Value.error();
    }
    return Operations.truth(value).map(Value::of).orElse(Value.error());
  }

  private static Value order(int comparison) {
    return Value.of((long) Integer.signum(comparison));
  }

  private static Value text(String text) {
    return Value.of(text);
  }

  /// An argument is of a type that the function has no meaning for.
  static final class WrongTypeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongTypeException() {
      super(null, null, false, false);
    }
  }
}
