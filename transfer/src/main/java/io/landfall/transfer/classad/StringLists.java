package io.landfall.transfer.classad;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Functions of lists that are written into one string, with commas and blanks between.
final class StringLists {
  private static final String SEPARATORS = " ,";

  private StringLists() {}

  /// The items of the list at `index` of the arguments; the separators, if given, are the last
  /// argument.
  static List<String> items(List<Value> arguments, int index) {
    String separators =
        arguments.size() > index + 1 ? Words.required(arguments.getLast()) : SEPARATORS;
    return items(Words.required(arguments.get(index)), separators);
  }

  private static List<String> items(String text, String separators) {
    List<String> items = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || separators.indexOf(text.charAt(i)) >= 0) {
        String item = text.substring(from, i).strip();
        if (!item.isEmpty()) {
          items.add(item);
        }
        from = i + 1;
      }
    }
    return items;
  }

  static Value member(List<Value> arguments, boolean anyCase) {
    String wanted = Words.required(arguments.get(0));
    return Value.of(
        items(arguments, 1).stream().anyMatch(anyCase ? wanted::equalsIgnoreCase : wanted::equals));
  }

  static Value intersect(List<Value> arguments) {
    String separators = arguments.size() == 3 ? Words.required(arguments.get(2)) : SEPARATORS;
    List<String> other = items(Words.required(arguments.get(1)), separators);
    return Value.of(
        items(Words.required(arguments.get(0)), separators).stream().anyMatch(other::contains));
  }

  static Value sum(List<Value> arguments) {
    Value sum = Value.of(0L);
    for (String item : items(arguments, 0)) {
      sum = Operations.binary(Operator.ADD, sum, number(item));
    }
    return sum;
  }

  static Value average(List<Value> arguments) {
    List<String> items = items(arguments, 0);
    return items.isEmpty()
        ? Value.of(0.0)
        : Operations.binary(Operator.DIVIDE, sum(arguments), Value.of((double) items.size()));
  }

  /// The smallest number for a sign of -1, the greatest for 1; undefined of nothing.
  static Value extreme(List<Value> arguments, int sign) {
    Value best = Value.undefined();
    Operator better = sign < 0 ? Operator.LESS : Operator.GREATER;
    for (String item : items(arguments, 0)) {
      Value number = number(item);
      if (number.isError()) {
        return number;
      }
      if (best.isUndefined() || Operations.binary(better, number, best).isTrue()) {
        best = number;
      }
    }
    return best;
  }

  private static Value number(String item) {
    Value real = Numbers.real(Value.of(item));
    boolean whole = item.indexOf('.') < 0;
    return whole && !real.isError() ? Numbers.whole(Value.of(item), Math::floor) : real;
  }

  static Value split(List<Value> arguments) {
    return new Value.Items(items(arguments, 0).stream().map(Value::of).toList());
  }

  /// `join(separator, list)`, or `join(separator, x, y, …)`.
  static Value join(List<Value> arguments) {
    String separator = Words.required(arguments.get(0));
    List<Value> values = arguments.subList(1, arguments.size());
    if (values.size() == 1 && values.getFirst() instanceof Value.Items(List<Value> list)) {
      values = list;
    }
    String joined = values.stream().map(Words::of).collect(Collectors.joining(separator));
    return joined.length() > Evaluation.MAX_TEXT_CHARS ? Value.error() : Value.of(joined);
  }
}
