package io.landfall.transfer.submit;

/// The number of a queue statement: integers with `+ - * / %` and parentheses, read as far as it
/// goes.
final class CountExpression {
  private static final int MAX_DEPTH = 32;

  private final String text;
  private int at;
  private int depth;

  private CountExpression(String text) {
    this.text = text;
  }

  /// A value and where the expression ended.
  record Result(long value, int end) {}

  /// Reads an expression at the start of `text`.
  ///
  /// @throws ArithmeticException if it is none, or has no value; the message says why
  static Result read(String text) {
    CountExpression expression = new CountExpression(text);
    long value = expression.sum();
    return new Result(value, expression.at);
  }

  private long sum() {
    long value = product();
    while (true) {
      if (accept('+')) {
        value = Math.addExact(value, product());
      } else if (accept('-')) {
        value = Math.subtractExact(value, product());
      } else {
        return value;
      }
    }
  }

  private long product() {
    long value = factor();
    while (true) {
      if (accept('*')) {
        value = Math.multiplyExact(value, factor());
      } else if (accept('/')) {
        value = Math.divideExact(value, factor());
      } else if (accept('%')) {
        long divisor = factor();
        if (divisor == 0) {
          throw new ArithmeticException("/ by zero");
        }
        value %= divisor;
      } else {
        return value;
      }
    }
  }

  private long factor() {
    if (++depth > MAX_DEPTH) {
      throw new ArithmeticException("nested too deep");
    }
    try {
      if (accept('-')) {
        return Math.negateExact(factor());
      }
      if (accept('(')) {
        long value = sum();
        if (!accept(')')) {
          throw new ArithmeticException("a ) is missing");
        }
        return value;
      }
      return number();
    } finally {
      depth--;
    }
  }

  private long number() {
    skipBlanks();
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (from == at || at - from > 18) {
      throw new ArithmeticException(from == at ? "not a number" : "number too large");
    }
    return Long.parseLong(text.substring(from, at));
  }

  private boolean accept(char c) {
    int before = at;
    skipBlanks();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    at = before;
    return false;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
