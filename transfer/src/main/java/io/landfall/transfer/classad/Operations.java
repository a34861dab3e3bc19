package io.landfall.transfer.classad;

import java.util.Optional;
import java.util.function.Supplier;

/// What operators make of values. Except for the logical ones and `=?=`, an error on either side
/// makes an error, and else undefined on either side makes undefined.
final class Operations {
  private Operations() {}

  /// The truth of a boolean or a number; nothing for the rest.
  static Optional<Boolean> truth(Value value) {
    return value instanceof Value.Bool || isNumber(value)
        ? Optional.of(value.isTrue())
        : Optional.empty();
  }

  /// `&&` (deciding value false) and `||` (deciding value true): the deciding value wins over
  /// undefined on either side, and over an error on its right.
  static Value logical(Value left, boolean deciding, Supplier<Value> rightSide) {
    Optional<Boolean> a = truth(left);
    if (a.isEmpty() && !left.isUndefined()) {
      return Value.error();
    }
    if (a.isPresent() && a.get() == deciding) {
      return Value.of(deciding);
    }
    Value right = rightSide.get();
    Optional<Boolean> b = truth(right);
    if (b.isEmpty() && !right.isUndefined()) {
      return Value.error();
    }
    if (b.isPresent() && b.get() == deciding) {
      return Value.of(deciding);
    }
    return a.isEmpty() || b.isEmpty() ? Value.undefined() : Value.of(!deciding);
  }

  static Value unary(char operator, Value value) {
    if (value.isUndefined() || value.isError()) {
      return value;
    }
    return switch (operator) {
      case '!' -> truth(value).map(t -> Value.of(!t)).orElse(Value.error());
      case '~' -> value instanceof Value.Int(long n) ? Value.of(~n) : Value.error();
      case '-' ->
          switch (number(value)) {
            case Value.Int(long n) -> Value.of(-n);
            case Value.Real(double n) -> Value.of(-n);
            default -> Value.error();
          };
      default -> number(value);
    };
  }

  static Value binary(Operator operator, Value left, Value right) {
    if (operator == Operator.IS || operator == Operator.ISNT) {
      return Value.of(identical(left, right) == (operator == Operator.IS));
    }
    if (left.isError() || right.isError()) {
      return Value.error();
    }
    if (left.isUndefined() || right.isUndefined()) {
      return Value.undefined();
    }
    return switch (operator) {
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
          compare(operator, left, right);
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER -> arithmetic(operator, left, right);
      default -> bits(operator, left, right);
    };
  }

  /// Of one type and equal; strings with regard to case.
  static boolean identical(Value left, Value right) {
    return left.equals(right);
  }

  private static Value compare(Operator operator, Value left, Value right) {
    int order;
    if (left instanceof Value.Text(String a) && right instanceof Value.Text(String b)) {
      order = a.compareToIgnoreCase(b);
    } else if (number(left) instanceof Value.Int(long a)
        && number(right) instanceof Value.Int(long b)) {
      order = Long.compare(a, b);
    } else if (isNumber(number(left)) && isNumber(number(right))) {
      return compareReal(operator, real(left), real(right));
    } else {
      return Value.error();
    }
    return Value.of(holds(operator, order));
  }

  /// Apart, since no order holds for what is not a number.
  private static Value compareReal(Operator operator, double a, double b) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Value.of(operator == Operator.NOT_EQUAL);
    }
    return Value.of(holds(operator, a < b ? -1 : a > b ? 1 : 0));
  }

  private static boolean holds(Operator operator, int order) {
    return switch (operator) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      default -> order >= 0;
    };
  }

  private static Value arithmetic(Operator operator, Value left, Value right) {
    if (number(left) instanceof Value.Int(long a) && number(right) instanceof Value.Int(long b)) {
      return whole(operator, a, b);
    }
    if (!isNumber(number(left)) || !isNumber(number(right))) {
      return Value.error();
    }
    double a = real(left);
    double b = real(right);
    return switch (operator) {
      case ADD -> Value.of(a + b);
      case SUBTRACT -> Value.of(a - b);
      case MULTIPLY -> Value.of(a * b);
      case DIVIDE -> b == 0 ? Value.error() : Value.of(a / b);
      default -> Value.error();
    };
  }

  private static Value whole(Operator operator, long a, long b) {
    return switch (operator) {
      case ADD -> Value.of(a + b);
      case SUBTRACT -> Value.of(a - b);
      case MULTIPLY -> Value.of(a * b);
      case DIVIDE -> b == 0 ? Value.error() : Value.of(a / b);
      default -> b == 0 ? Value.error() : Value.of(a % b);
    };
  }

  private static Value bits(Operator operator, Value left, Value right) {
    if (!(left instanceof Value.Int(long a)) || !(right instanceof Value.Int(long b))) {
      return Value.error();
    }
    return Value.of(
        switch (operator) {
          case BIT_AND -> a & b;
          case BIT_OR -> a | b;
          case BIT_XOR -> a ^ b;
          case SHIFT_LEFT -> a << b;
          case SHIFT_RIGHT -> a >> b;
          default -> a >>> b;
        });
  }

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real;
  }

  /// A number as it is, a boolean as 1 or 0, the rest as an error.
  static Value number(Value value) {
    return switch (value) {
      case Value.Int i -> i;
      case Value.Real r -> r;
      case Value.Bool b -> Value.of(b.truth() ? 1L : 0L);
      default -> Value.error();
    };
  }

  /// A number or boolean as a floating-point number.
  static double real(Value value) {
    return switch (number(value)) {
      case Value.Int(long n) -> n;
      case Value.Real(double n) -> n;
      default -> Double.NaN;
    };
  }
}
