package io.landfall.transfer.classad;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A parsed expression; `toString` writes it so that it reads back the same.
public sealed interface Expression {

  /// Reads an expression.
  ///
  /// @throws ClassAdException if `text` is none, or goes beyond a bound
  static Expression parse(String text) throws ClassAdException {
    return new ExpressionParser(text).parse();
  }

  /// A value that stands for itself.
  record Literal(Value value) implements Expression {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /// An attribute of one's own ad, of the other one, or of whichever has it.
  record Attribute(Scope scope, String name) implements Expression {
    @Override
    public String toString() {
      return switch (scope) {
        case MY -> "MY." + name;
        case TARGET -> "TARGET." + name;
        case EITHER -> name;
      };
    }
  }

  /// Which ad an attribute is looked up in.
  enum Scope {
    MY,
    TARGET,
    /// One's own ad, or else the other one.
    EITHER
  }

  /// `!x`, `-x`, `+x`, `~x`.
  record Unary(char operator, Expression operand) implements Expression {
    @Override
    public String toString() {
      return operator + operand.toString();
    }
  }

  /// `x + y` and its like.
  record Binary(Operator operator, Expression left, Expression right) implements Expression {
    @Override
    public String toString() {
      return left + " " + operator.symbol() + " " + right;
    }
  }

  /// `x ? y : z`; without `y`, `x ?: z` is `x` unless that is undefined.
  record Conditional(Expression condition, Optional<Expression> then, Expression otherwise)
      implements Expression {
    @Override
    public String toString() {
      return condition + then.map(t -> " ? " + t + " : ").orElse(" ?: ") + otherwise;
    }
  }

  /// `name(x, y)`.
  record Call(String function, List<Expression> arguments) implements Expression {
    /// Copies the arguments.
    public Call {
      arguments = List.copyOf(arguments);
    }

    @Override
    public String toString() {
      return arguments.stream()
          .map(Expression::toString)
          .collect(Collectors.joining(", ", function + "(", ")"));
    }
  }

  /// `{ x, y }`.
  record Items(List<Expression> values) implements Expression {
    /// Copies the values.
    public Items {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return values.stream()
          .map(Expression::toString)
          .collect(Collectors.joining(", ", "{ ", " }"));
    }
  }

  /// `list[index]`.
  record Element(Expression list, Expression index) implements Expression {
    @Override
    public String toString() {
      return list + "[" + index + "]";
    }
  }

  /// `(x)`, kept so that an expression prints as its author grouped it.
  record Group(Expression inner) implements Expression {
    @Override
    public String toString() {
      return "(" + inner + ")";
    }
  }
}
