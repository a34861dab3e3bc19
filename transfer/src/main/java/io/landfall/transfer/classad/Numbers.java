package io.landfall.transfer.classad;

import io.landfall.transfer.classad.Functions.WrongTypeException;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// Functions of numbers.
final class Numbers {
  private Numbers() {}

  /// A whole number, and nothing else.
  static long required(Value value) {
    if (value instanceof Value.Int(long number)) {
      return number;
    }
    throw new WrongTypeException();
  }

  /// Toward zero.
  static double truncate(double number) {
    return number < 0 ? Math.ceil(number) : Math.floor(number);
  }

  /// A number, a boolean or a string that holds a number, rounded to a whole one.
  static Value whole(Value value, DoubleUnaryOperator rounding) {
    Value number = parse(value);
    if (number instanceof Value.Real(double real)) {
      double rounded = rounding.applyAsDouble(real);
      return Math.abs(rounded) < 0x1p63 ? Value.of((long) rounded) : Value.error();
    }
    return number;
  }

  static Value real(Value value) {
    Value number = parse(value);
    return number.isError() ? number : Value.of(Operations.real(number));
  }

  private static Value parse(Value value) {
    if (!(value instanceof Value.Text(String text))) {
      return Operations.number(value);
    }
    String digits = text.strip();
    if (digits.matches("[-+]?\\d{1,18}")) {
      return Value.of(Long.parseLong(digits));
    }
    return digits.matches("[-+]?(\\d{1,300}\\.?\\d{0,300}|\\.\\d{1,300})([eE][-+]?\\d{1,4})?")
        ? Value.of(Double.parseDouble(digits))
        : Value.error();
  }

  static Value pow(List<Value> arguments) {
    Value base = Operations.number(arguments.get(0));
    Value exponent = Operations.number(arguments.get(1));
    if (base.isError() || exponent.isError()) {
      return Value.error();
    }
    double power = Math.pow(Operations.real(base), Operations.real(exponent));
    boolean whole =
        base instanceof Value.Int
            && exponent instanceof Value.Int(long e)
            && e >= 0
            && Math.abs(power) < 0x1p53;
    return whole ? Value.of((long) power) : Value.of(power);
  }

  /// Up to the next multiple of the second number, or to the first number of a list that is not
  /// smaller.
  static Value quantize(List<Value> arguments) {
    Value number = Operations.number(arguments.get(0));
    if (arguments.get(1) instanceof Value.Items(List<Value> steps)) {
      for (Value step : steps) {
        if (Operations.binary(Operator.GREATER_OR_EQUAL, step, number).isTrue()) {
          return step;
        }
      }
      return steps.isEmpty() ? number : quantize(List.of(number, steps.getLast()));
    }
    Value step = Operations.number(arguments.get(1));
    double size = Operations.real(step);
    if (number.isError() || step.isError() || !(size > 0)) {
      return Value.error();
    }
    if (number instanceof Value.Int(long n) && step instanceof Value.Int(long s)) {
      return Value.of(Math.ceilDiv(n, s) * s);
    }
    return Value.of(Math.ceil(Operations.real(number) / size) * size);
  }
}
