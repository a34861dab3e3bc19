package io.landfall.transfer.classad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An ad: attributes with expressions, names without regard to case, in the order they were set.
public final class ClassAd {
  static final int MAX_ATTRIBUTES = 10_000;

  private static final Pattern LINE = Pattern.compile("\\s*([A-Za-z_][A-Za-z0-9_]*)\\s*=(.*)");

  private final List<String> names;
  private final Map<String, Expression> expressions;

  private ClassAd(List<String> names, Map<String, Expression> expressions) {
    this.names = List.copyOf(names);
    this.expressions = Collections.unmodifiableMap(expressions);
  }

  /// Starts an empty ad.
  public static Builder builder() {
    return new Builder();
  }

  /// Reads `Name = expression` lines; blank lines and `#` lines do not count.
  ///
  /// @throws ClassAdException at the first line that is none
  public static ClassAd parse(String text) throws ClassAdException {
    List<ClassAdException> bad = new ArrayList<>();
    ClassAd ad = parse(text, bad::add);
    if (!bad.isEmpty()) {
      throw bad.getFirst();
    }
    return ad;
  }

  /// Reads the good lines and hands the bad ones to `bad`, as HTCondor's startd does.
  public static ClassAd parse(String text, Consumer<ClassAdException> bad) {
    Builder builder = builder();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      Matcher m = LINE.matcher(line);
      try {
        if (!m.matches()) {
          throw new ClassAdException("not Name = expression", 0);
        }
        builder.set(m.group(1), Expression.parse(m.group(2)));
      } catch (ClassAdException e) {
        bad.accept(new ClassAdException("line " + number + ": " + e.getMessage(), e.position()));
      }
    }
    return builder.build();
  }

  /// The attribute's expression.
  public Optional<Expression> find(String name) {
    return Optional.ofNullable(expressions.get(name));
  }

  /// The attribute's value by itself, without another ad; undefined if there is none.
  public Value value(String name) {
    return find(name).map(e -> new Evaluation(this, EMPTY, 0).value(e)).orElse(Value.undefined());
  }

  /// The attribute's string, if its value is one.
  public Optional<String> text(String name) {
    return value(name) instanceof Value.Text text ? Optional.of(text.text()) : Optional.empty();
  }

  /// The attribute's whole number, if its value is one.
  public Optional<Long> integer(String name) {
    return value(name) instanceof Value.Int number
        ? Optional.of(number.number())
        : Optional.empty();
  }

  /// Names as they were first written, in order.
  public List<String> names() {
    return names;
  }

  /// Starts an ad with all attributes of this one.
  public Builder edit() {
    Builder builder = builder();
    names.forEach(name -> builder.put(name, expressions.get(name)));
    return builder;
  }

  /// An ad without attributes.
  public static final ClassAd EMPTY = builder().build();

  /// As `Name = expression` lines.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    names.forEach(n -> text.append(n).append(" = ").append(expressions.get(n)).append('\n'));
    return text.toString();
  }

  /// Collects attributes; a later one of the same name replaces the earlier.
  public static final class Builder {
    private final List<String> names = new ArrayList<>();
    private final Map<String, Expression> expressions =
        new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private Builder() {}

    private void put(String name, Expression expression) {
      if (expressions.put(name, expression) == null) {
        names.add(name);
      }
    }

    /// Sets an expression.
    ///
    /// @throws ClassAdException if the ad is full
    public Builder set(String name, Expression expression) throws ClassAdException {
      if (names.size() >= MAX_ATTRIBUTES) {
        throw new ClassAdException("more than " + MAX_ATTRIBUTES + " attributes", 0);
      }
      put(name, expression);
      return this;
    }

    /// Sets a string.
    public Builder set(String name, String text) {
      put(name, new Expression.Literal(Value.of(text)));
      return this;
    }

    /// Sets a whole number.
    public Builder set(String name, long number) {
      put(name, new Expression.Literal(Value.of(number)));
      return this;
    }

    /// Sets a truth value.
    public Builder set(String name, boolean truth) {
      put(name, new Expression.Literal(Value.of(truth)));
      return this;
    }

    /// Sets an expression from its text.
    ///
    /// @throws ClassAdException if it is none
    public Builder expression(String name, String text) throws ClassAdException {
      return set(name, Expression.parse(text));
    }

    /// The ad.
    public ClassAd build() {
      Map<String, Expression> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      copy.putAll(expressions);
      return new ClassAd(names, copy);
    }
  }
}
