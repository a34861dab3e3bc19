package io.landfall.transfer.classad;

import io.landfall.transfer.classad.Expression.Attribute;
import io.landfall.transfer.classad.Expression.Binary;
import io.landfall.transfer.classad.Expression.Call;
import io.landfall.transfer.classad.Expression.Conditional;
import io.landfall.transfer.classad.Expression.Element;
import io.landfall.transfer.classad.Expression.Group;
import io.landfall.transfer.classad.Expression.Literal;
import io.landfall.transfer.classad.Expression.Unary;
import java.util.List;
import java.util.Optional;

/// One evaluation of an expression in an ad, against another ad. An attribute is evaluated in the
/// ad it was found in, so that `MY` means that ad's own.
public final class Evaluation {
  static final int MAX_DEPTH = 600;
  static final int MAX_STEPS = 200_000;
  static final int MAX_TEXT_CHARS = 1 << 20;

  private final ClassAd my;
  private final ClassAd target;
  private final long now;
  private final Meter meter;

  /// What is left of an evaluation's bounds; shared by both ads' sides of it.
  private static final class Meter {
    private int depth;
    private int steps;
  }

  /// Evaluates in `my`, with `target` as the other ad.
  ///
  /// @param now seconds since 1970, for `time()`
  public Evaluation(ClassAd my, ClassAd target, long now) {
    this(my, target, now, new Meter());
  }

  private Evaluation(ClassAd my, ClassAd target, long now, Meter meter) {
    this.my = my;
    this.target = target;
    this.now = now;
    this.meter = meter;
  }

  /// The value; beyond a bound it is an error. A cycle of attributes is one too.
  public Value value(Expression expression) {
    if (meter.depth >= MAX_DEPTH || meter.steps >= MAX_STEPS) {
      meter.steps = MAX_STEPS;
      return Value.error();
    }
    meter.depth++;
    meter.steps++;
    Value value = compute(expression);
    meter.depth--;
    return value;
  }

  long now() {
    return now;
  }

  private Value compute(Expression expression) {
    return switch (expression) {
      case Literal literal -> literal.value();
      case Group group -> value(group.inner());
      case Attribute attribute -> attribute(attribute);
      case Unary unary -> Operations.unary(unary.operator(), value(unary.operand()));
      case Binary binary -> binary(binary);
      case Conditional conditional -> conditional(conditional);
      case Call call -> Functions.call(call, this);
      case Expression.Items items ->
          new Value.Items(items.values().stream().map(this::value).toList());
      case Element element -> element(value(element.list()), value(element.index()));
    };
  }

  private Value attribute(Attribute attribute) {
    Optional<Expression> own = my.find(attribute.name());
    Optional<Expression> other = target.find(attribute.name());
    return switch (attribute.scope()) {
      case MY -> own.map(this::value).orElse(Value.undefined());
      case TARGET -> other.map(this::there).orElse(Value.undefined());
      case EITHER ->
          own.map(this::value).or(() -> other.map(this::there)).orElse(Value.undefined());
    };
  }

  private Value there(Expression expression) {
    return new Evaluation(target, my, now, meter).value(expression);
  }

  /// The logical operators look at the right side only if the left one leaves it open.
  private Value binary(Binary binary) {
    Value left = value(binary.left());
    return switch (binary.operator()) {
      case AND -> Operations.logical(left, false, () -> value(binary.right()));
      case OR -> Operations.logical(left, true, () -> value(binary.right()));
      default -> Operations.binary(binary.operator(), left, value(binary.right()));
    };
  }

  private Value conditional(Conditional conditional) {
    Value condition = value(conditional.condition());
    if (conditional.then().isEmpty()) {
      return condition.isUndefined() ? value(conditional.otherwise()) : condition;
    }
    Optional<Boolean> truth = Operations.truth(condition);
    if (truth.isEmpty()) {
      return condition.isUndefined() ? Value.undefined() : Value.error();
    }
    return value(truth.get() ? conditional.then().get() : conditional.otherwise());
  }

  private static Value element(Value list, Value index) {
    if (list.isUndefined() || index.isUndefined()) {
      return Value.undefined();
    }
    if (list instanceof Value.Items(List<Value> values) && index instanceof Value.Int(long at)) {
      return at >= 0 && at < values.size() ? values.get((int) at) : Value.error();
    }
    return Value.error();
  }
}
