package io.landfall.transfer.classad;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/// Finds the attributes that an expression asks for.
public final class Attributes {
  private Attributes() {}

  /// Every attribute reference, each once, from left to right.
  public static Set<Expression.Attribute> of(Expression expression) {
    Set<Expression.Attribute> found = new LinkedHashSet<>();
    walk(expression, found::add);
    return found;
  }

  private static void walk(Expression expression, Consumer<Expression.Attribute> each) {
    switch (expression) {
      case Expression.Literal literal -> {}
      case Expression.Attribute attribute -> each.accept(attribute);
      case Expression.Group group -> walk(group.inner(), each);
      case Expression.Unary unary -> walk(unary.operand(), each);
      case Expression.Binary binary -> {
        walk(binary.left(), each);
        walk(binary.right(), each);
      }
      case Expression.Conditional conditional -> {
        walk(conditional.condition(), each);
        conditional.then().ifPresent(e -> walk(e, each));
        walk(conditional.otherwise(), each);
      }
      case Expression.Call call -> call.arguments().forEach(e -> walk(e, each));
      case Expression.Items items -> items.values().forEach(e -> walk(e, each));
      case Expression.Element element -> {
        walk(element.list(), each);
        walk(element.index(), each);
      }
    }
  }
}
