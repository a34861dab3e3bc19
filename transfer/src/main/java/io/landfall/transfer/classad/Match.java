package io.landfall.transfer.classad;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Two ads put together: whether each one's `Requirements` hold against the other, clause by
/// clause, and how much the first likes the second.
///
/// @param mine the clauses of the first ad's requirements
/// @param theirs the clauses of the second ad's
/// @param rank the first ad's `Rank` of the second, 0 if it is no number
public record Match(List<Clause> mine, List<Clause> theirs, double rank) {

  /// Copies the lists.
  public Match {
    mine = List.copyOf(mine);
    theirs = List.copyOf(theirs);
  }

  /// One of the parts that `&&` joins.
  ///
  /// @param expression as it is written
  /// @param value what it evaluates to
  /// @param because the attributes it asks for, with their values
  public record Clause(String expression, Value value, Map<String, Value> because) {

    /// Whether it holds.
    public boolean holds() {
      return value.isTrue();
    }

    /// In words: `TARGET.VM_Memory >= MY.JobVMMemory is false: TARGET.VM_Memory = 512, …`.
    @Override
    public String toString() {
      String reasons =
          because.entrySet().stream()
              .map(e -> e.getKey() + " = " + e.getValue())
              .collect(Collectors.joining(", "));
      return expression + " is " + value + (reasons.isEmpty() ? "" : ": " + reasons);
    }
  }

  /// Puts two ads together. An ad without `Requirements` asks for nothing.
  ///
  /// @param now seconds since 1970
  public static Match of(ClassAd mine, ClassAd theirs, long now) {
    Value rank =
        mine.find("Rank")
            .map(e -> new Evaluation(mine, theirs, now).value(e))
            .map(Operations::number)
            .orElse(Value.of(0.0));
    return new Match(
        clauses(mine, theirs, now),
        clauses(theirs, mine, now),
        rank.isError() ? 0 : Operations.real(rank));
  }

  /// Whether both sides' requirements hold.
  public boolean matches() {
    return failing().isEmpty();
  }

  /// The clauses of either side that do not hold.
  public List<Clause> failing() {
    List<Clause> failing = new ArrayList<>(mine);
    failing.addAll(theirs);
    failing.removeIf(Clause::holds);
    return failing;
  }

  private static List<Clause> clauses(ClassAd ad, ClassAd other, long now) {
    Optional<Expression> requirements = ad.find("Requirements");
    List<Expression> parts = new ArrayList<>();
    requirements.ifPresent(r -> conjuncts(r, parts));
    List<Clause> clauses = new ArrayList<>();
    for (Expression part : parts) {
      Map<String, Value> because = new LinkedHashMap<>();
      Attributes.of(part)
          .forEach(a -> because.put(a.toString(), new Evaluation(ad, other, now).value(a)));
      Value value = new Evaluation(ad, other, now).value(part);
      clauses.add(new Clause(part.toString(), value, because));
    }
    return clauses;
  }

  private static void conjuncts(Expression expression, List<Expression> parts) {
    switch (expression) {
      case Expression.Binary(Operator operator, Expression left, Expression right)
          when operator == Operator.AND -> {
        conjuncts(left, parts);
        conjuncts(right, parts);
      }
      case Expression.Group(Expression.Binary inner) when inner.operator() == Operator.AND ->
          conjuncts(inner, parts);
      case Expression.Group(Expression.Group inner) -> conjuncts(inner, parts);
      default -> parts.add(expression);
    }
  }
}
