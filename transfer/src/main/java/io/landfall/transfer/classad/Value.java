package io.landfall.transfer.classad;

import java.util.List;
import java.util.stream.Collectors;

/// What an expression evaluates to.
public sealed interface Value {
  /// A truth value.
  record Bool(boolean truth) implements Value {
    @Override
    public String toString() {
      return truth ? "true" : "false";
    }
  }

  /// A whole number.
  record Int(long number) implements Value {
    @Override
    public String toString() {
      return Long.toString(number);
    }
  }

  /// A floating-point number.
  record Real(double number) implements Value {
    @Override
    public String toString() {
      return Double.isFinite(number) ? Double.toString(number) : "real(\"" + words() + "\")";
    }

    private String words() {
      return Double.isNaN(number) ? "NaN" : number > 0 ? "INF" : "-INF";
    }
  }

  /// A string.
  record Text(String text) implements Value {
    @Override
    public String toString() {
      return '"' + text.replace("\"", "\\\"") + '"';
    }
  }

  /// A list.
  record Items(List<Value> values) implements Value {
    /// Copies the values.
    public Items {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return values.stream().map(Value::toString).collect(Collectors.joining(", ", "{ ", " }"));
    }
  }

  /// The two values that carry none.
  enum Absent implements Value {
    /// Nothing is known: an attribute that an ad does not have.
    UNDEFINED,
    /// What was asked makes no sense, such as `1 + "a"`.
    ERROR;

    @Override
    public String toString() {
      return this == UNDEFINED ? "undefined" : "error";
    }
  }

  /// Nothing is known.
  static Value undefined() {
    return Absent.UNDEFINED;
  }

  /// What was asked makes no sense.
  static Value error() {
    return Absent.ERROR;
  }

  /// A truth value.
  static Value of(boolean truth) {
    return new Bool(truth);
  }

  /// A whole number.
  static Value of(long number) {
    return new Int(number);
  }

  /// A floating-point number.
  static Value of(double number) {
    return new Real(number);
  }

  /// A string.
  static Value of(String text) {
    return new Text(text);
  }

  /// Whether it is true, or a number other than 0.
  default boolean isTrue() {
    return switch (this) {
      case Bool b -> b.truth();
      case Int i -> i.number() != 0;
      case Real r -> r.number() != 0;
      case Text t -> false;
      case Items l -> false;
      case Absent a -> false;
    };
  }

  /// Whether nothing is known.
  default boolean isUndefined() {
    return this == Absent.UNDEFINED;
  }

  /// Whether it made no sense.
  default boolean isError() {
    return this == Absent.ERROR;
  }
}
