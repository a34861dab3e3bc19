package io.landfall.transfer.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `if`, `elif`, `else` and `endif` of one file: which lines count.
final class Branches {
  static final int MAX_DEPTH = 63;

  private static final Pattern STATEMENT =
      Pattern.compile(
          "(if|elif|else|endif)(?:\\s+(?!=)(.*))?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final MacroTable macros;
  private final Expander expander;
  private final Problems problems;
  private final Deque<Branch> open = new ArrayDeque<>();
  private int ignoredDepth;

  /// An `if` with its place, and what has been decided of it.
  private static final class Branch {
    final Location start;
    final boolean outerActive;
    boolean active;
    boolean decided;
    boolean hadElse;

    Branch(Location start, boolean outerActive) {
      this.start = start;
      this.outerActive = outerActive;
    }

    void choose(boolean condition) {
      active = outerActive && !decided && condition;
      decided |= condition;
    }
  }

  Branches(MacroTable macros, Expander expander, Problems problems) {
    this.macros = macros;
    this.expander = expander;
    this.problems = problems;
  }

  /// Whether statements here count.
  boolean active() {
    return open.isEmpty() || open.peek().active;
  }

  /// Whether an `if` is open.
  boolean open() {
    return !open.isEmpty();
  }

  /// Takes a statement of this kind; false if it is another.
  boolean take(SourceSpan statement) {
    Matcher m = STATEMENT.matcher(statement.text());
    if (!m.matches()) {
      return false;
    }
    SourceSpan rest =
        m.start(2) < 0 ? statement.sub(m.end(1), m.end(1)) : statement.sub(m.start(2), m.end(2));
    switch (m.group(1).charAt(0) == 'i' || m.group(1).charAt(0) == 'I' ? "if" : m.group(1)) {
      case "if" -> begin(statement, rest);
      default -> inside(statement, m.group(1).toLowerCase(java.util.Locale.ROOT), rest);
    }
    return true;
  }

  private void begin(SourceSpan statement, SourceSpan condition) {
    if (open.size() >= MAX_DEPTH) {
      if (ignoredDepth++ == 0) {
        problems.error(
            "S24", statement.start(), "if nested deeper than " + MAX_DEPTH, "flatten it");
      }
      return;
    }
    Branch branch = new Branch(statement.start(), active());
    branch.choose(branch.outerActive && truth(condition));
    open.push(branch);
  }

  private void inside(SourceSpan statement, String word, SourceSpan rest) {
    if (ignoredDepth > 0) {
      ignoredDepth -= word.equals("endif") ? 1 : 0;
      return;
    }
    Branch branch = open.peek();
    if (branch == null || (branch.hadElse && !word.equals("endif"))) {
      problems.error(
          "S24",
          statement.start(),
          branch == null ? word + " without if" : word + " behind else",
          "");
      return;
    }
    switch (word) {
      case "elif" -> branch.choose(branch.outerActive && !branch.decided && truth(rest));
      case "else" -> {
        branch.choose(true);
        branch.hadElse = true;
      }
      default -> open.pop();
    }
  }

  private boolean truth(SourceSpan condition) {
    SourceSpan expanded = expander.expand(condition);
    Optional<Boolean> truth = Condition.evaluate(expanded.text(), macros);
    if (truth.isEmpty()) {
      problems.error(
          "S24",
          condition.start(),
          "not a condition: " + expanded,
          "a condition is true or false, a number, defined NAME, or version >= x.y.z, with ! for"
              + " not; && and || do not exist, nest the ifs");
    }
    return truth.orElse(false);
  }

  /// At the end of the file: every `if` must have its `endif`.
  void close(Location end) {
    for (Branch branch : open) {
      problems.error(
          "S24",
          branch.start,
          "if without endif before end of file",
          "add endif; the file ends at line " + end.line());
    }
  }
}
