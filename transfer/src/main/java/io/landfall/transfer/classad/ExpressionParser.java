package io.landfall.transfer.classad;

import io.landfall.transfer.classad.Expression.Attribute;
import io.landfall.transfer.classad.Expression.Binary;
import io.landfall.transfer.classad.Expression.Call;
import io.landfall.transfer.classad.Expression.Conditional;
import io.landfall.transfer.classad.Expression.Element;
import io.landfall.transfer.classad.Expression.Group;
import io.landfall.transfer.classad.Expression.Items;
import io.landfall.transfer.classad.Expression.Literal;
import io.landfall.transfer.classad.Expression.Scope;
import io.landfall.transfer.classad.Expression.Unary;
import io.landfall.transfer.classad.Lexer.Kind;
import io.landfall.transfer.classad.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads an expression by precedence climbing.
final class ExpressionParser {
  static final int MAX_CHARS = 1 << 18;
  static final int MAX_DEPTH = 100;
  static final int MAX_HEIGHT = 500;
  static final int MAX_PARTS = 50_000;

  private final String text;
  private final Lexer lexer;
  private Token token;
  private int depth;
  private int height;
  private int parts;

  ExpressionParser(String text) {
    this.text = text;
    this.lexer = new Lexer(text);
  }

  Expression parse() throws ClassAdException {
    if (text.length() > MAX_CHARS) {
      throw new ClassAdException("longer than " + MAX_CHARS + " characters", MAX_CHARS);
    }
    advance();
    Expression expression = expression();
    if (token.kind() != Kind.END) {
      throw unexpected("an operator");
    }
    return expression;
  }

  private Expression expression() throws ClassAdException {
    enter();
    Expression condition = binary(1);
    Expression whole = condition;
    int tallest = height;
    if (accept("?:")) {
      whole = new Conditional(condition, Optional.empty(), expression());
      grow(tallest);
    } else if (accept("?")) {
      Expression then = expression();
      tallest = Math.max(tallest, height);
      expect(":");
      whole = new Conditional(condition, Optional.of(then), expression());
      grow(tallest);
    }
    depth--;
    return whole;
  }

  /// Operators of at least this precedence, from left to right.
  private Expression binary(int precedence) throws ClassAdException {
    Expression left = unary();
    Operator next = operator();
    while (next != null && next.precedence() >= precedence) {
      int leftHeight = height;
      advance();
      left = new Binary(next, left, binary(next.precedence() + 1));
      grow(leftHeight);
      next = operator();
    }
    return left;
  }

  private Operator operator() {
    if (token.kind() == Kind.SYMBOL) {
      for (Operator operator : Operator.values()) {
        if (operator.symbol().equals(token.text())) {
          return operator;
        }
      }
    }
    return null;
  }

  private Expression unary() throws ClassAdException {
    if (token.is("!") || token.is("-") || token.is("+") || token.is("~")) {
      enter();
      char operator = token.text().charAt(0);
      advance();
      Expression operand = unary();
      grow(0);
      depth--;
      return new Unary(operator, operand);
    }
    Expression primary = primary();
    while (accept("[")) {
      int listHeight = height;
      primary = new Element(primary, expression());
      grow(listHeight);
      expect("]");
    }
    return primary;
  }

  private Expression primary() throws ClassAdException {
    if (++parts > MAX_PARTS) {
      throw new ClassAdException("more than " + MAX_PARTS + " parts", token.position());
    }
    Token first = token;
    height = 1;
    return switch (first.kind()) {
      case NUMBER -> literal(number(first));
      case TEXT -> literal(Value.of(first.text()));
      case NAME -> {
        advance();
        yield named(first);
      }
      default -> bracketed();
    };
  }

  private Expression literal(Value value) throws ClassAdException {
    advance();
    return new Literal(value);
  }

  private Expression bracketed() throws ClassAdException {
    if (accept("(")) {
      Expression inner = expression();
      expect(")");
      grow(0);
      return new Group(inner);
    }
    if (accept("{")) {
      return new Items(arguments("}"));
    }
    throw unexpected("a value");
  }

  private Expression named(Token name) throws ClassAdException {
    if (accept("(")) {
      return new Call(name.text(), arguments(")"));
    }
    return switch (name.text().toLowerCase(Locale.ROOT)) {
      case "true" -> new Literal(Value.of(true));
      case "false" -> new Literal(Value.of(false));
      case "undefined" -> new Literal(Value.undefined());
      case "error" -> new Literal(Value.error());
      default -> accept(".") ? scoped(name) : new Attribute(Scope.EITHER, name.text());
    };
  }

  private Expression scoped(Token scope) throws ClassAdException {
    Token name = token;
    if (name.kind() != Kind.NAME) {
      throw unexpected("an attribute name behind " + scope.text() + ".");
    }
    advance();
    return switch (scope.text().toLowerCase(Locale.ROOT)) {
      case "my" -> new Attribute(Scope.MY, name.text());
      case "target" -> new Attribute(Scope.TARGET, name.text());
      default ->
          throw new ClassAdException(
              "unknown scope " + scope.text() + ": MY or TARGET", scope.position());
    };
  }

  private List<Expression> arguments(String end) throws ClassAdException {
    List<Expression> arguments = new ArrayList<>();
    if (accept(end)) {
      return arguments;
    }
    int tallest = 0;
    do {
      arguments.add(expression());
      tallest = Math.max(tallest, height);
    } while (accept(","));
    expect(end);
    grow(tallest);
    return arguments;
  }

  private static Value number(Token token) throws ClassAdException {
    String digits = token.text();
    try {
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return Value.of(Long.parseLong(digits.substring(2), 16));
      }
      boolean whole = digits.chars().allMatch(c -> c >= '0' && c <= '9');
      if (!whole && !digits.matches("\\d*\\.?\\d*([eE][-+]?\\d+)?")) {
        throw new ClassAdException("not a number: " + digits, token.position());
      }
      return whole ? Value.of(Long.parseLong(digits)) : Value.of(Double.parseDouble(digits));
    } catch (NumberFormatException e) {
      throw new ClassAdException("not a number: " + digits, token.position());
    }
  }

  private void enter() throws ClassAdException {
    if (++depth > MAX_DEPTH) {
      throw new ClassAdException("nested deeper than " + MAX_DEPTH, token.position());
    }
  }

  /// What was just read stands on the taller of the last part and `other`. Whoever walks the
  /// expression later goes as deep as it is high, also down a chain such as `a + b + c`.
  private void grow(int other) throws ClassAdException {
    height = Math.max(height, other) + 1;
    if (height > MAX_HEIGHT) {
      throw new ClassAdException(
          "more than " + MAX_HEIGHT + " operators upon each other", token.position());
    }
  }

  private void advance() throws ClassAdException {
    token = lexer.next();
  }

  private boolean accept(String symbol) throws ClassAdException {
    if (token.is(symbol)) {
      advance();
      return true;
    }
    return false;
  }

  private void expect(String symbol) throws ClassAdException {
    if (!accept(symbol)) {
      throw unexpected(symbol);
    }
  }

  private ClassAdException unexpected(String expected) {
    return new ClassAdException(
        "found " + token.text() + ", expected " + expected, token.position());
  }
}
