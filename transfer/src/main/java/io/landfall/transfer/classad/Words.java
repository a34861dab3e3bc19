package io.landfall.transfer.classad;

import io.landfall.transfer.classad.Functions.WrongTypeException;

/// Values as strings.
final class Words {
  private Words() {}

  /// A string as it is, another value as it is written.
  static String of(Value value) {
    return value instanceof Value.Text(String text) ? text : value.toString();
  }

  /// A string, and nothing else.
  static String required(Value value) {
    if (value instanceof Value.Text(String text)) {
      return text;
    }
    throw new WrongTypeException();
  }
}
