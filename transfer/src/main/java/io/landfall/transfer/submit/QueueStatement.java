package io.landfall.transfer.submit;

import io.landfall.transfer.config.SourceSpan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The head of a queue statement: how often, which variables, and where the items come from.
///
/// @param repeats jobs per item
/// @param variables that an item sets; `Item` if none is named
/// @param source how items are listed
/// @param slice which items count
/// @param rest what is behind the keyword
record QueueStatement(
    long repeats, List<String> variables, Source source, Slice slice, SourceSpan rest) {

  /// Where a queue statement's items come from.
  enum Source {
    NONE,
    IN,
    FROM,
    MATCHING_FILES,
    MATCHING_DIRS,
    MATCHING_ANY
  }

  private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");
  private static final Pattern KEYWORD =
      Pattern.compile(
          "(?<![^\\s,(])(in|from|matching(?:\\s+(?:files|dirs|any))?)(?=[\\s(\\[]|$)",
          Pattern.CASE_INSENSITIVE);

  /// Whether a statement is a queue statement.
  static boolean is(String statement) {
    return statement.regionMatches(true, 0, "queue", 0, 5)
        && (statement.length() == 5
            || (Character.isWhitespace(statement.charAt(5)) && !assigns(statement.substring(5)))
            || statement.charAt(5) == '(');
  }

  /// Whether what is behind the word `queue` has items of its own, for which commands may wait.
  static boolean hasItems(String arguments) {
    return KEYWORD.matcher(arguments).find();
  }

  private static boolean assigns(String rest) {
    String stripped = rest.stripLeading();
    return stripped.startsWith("=") && !stripped.startsWith("==");
  }

  /// Reads what is behind the word `queue`, macros expanded.
  ///
  /// @throws QueueException says what is wrong
  static QueueStatement parse(SourceSpan arguments) throws QueueException {
    Matcher keyword = KEYWORD.matcher(arguments.text());
    boolean found = keyword.find();
    SourceSpan head = (found ? arguments.sub(0, keyword.start()) : arguments).strip();
    SourceSpan rest =
        found
            ? arguments.sub(keyword.end(), arguments.text().length()).strip()
            : arguments.sub(arguments.text().length(), arguments.text().length());
    Source source = found ? source(keyword.group(1).toLowerCase(Locale.ROOT)) : Source.NONE;
    long repeats = 1;
    if (startsNumber(head.text())) {
      CountExpression.Result count = count(head);
      repeats = count.value();
      head = head.sub(count.end(), head.text().length()).strip();
    }
    if (!found && !head.isEmpty()) {
      throw new QueueException(
          head,
          "queue takes a number, or [N] [variables] in, from or matching a list, not " + head);
    }
    if (repeats < 0) {
      throw new QueueException(arguments, "queue " + repeats + ": the number is negative");
    }
    List<String> variables = variables(head);
    Optional<Slice> slice = source == Source.NONE ? Optional.empty() : slice(rest);
    if (slice.isPresent()) {
      rest = rest.sub(slice.get().length(), rest.text().length()).strip();
    }
    return new QueueStatement(repeats, variables, source, slice.orElse(Slice.ALL), rest);
  }

  private static Optional<Slice> slice(SourceSpan rest) throws QueueException {
    try {
      return Slice.at(rest.text());
    } catch (ArithmeticException e) {
      throw new QueueException(rest, e.getMessage(), e);
    }
  }

  private static Source source(String keyword) {
    return switch (keyword) {
      case "in" -> Source.IN;
      case "from" -> Source.FROM;
      case "matching" -> Source.MATCHING_FILES;
      default ->
          keyword.endsWith("files")
              ? Source.MATCHING_FILES
              : keyword.endsWith("dirs") ? Source.MATCHING_DIRS : Source.MATCHING_ANY;
    };
  }

  private static boolean startsNumber(String head) {
    return !head.isEmpty() && "0123456789-+(".indexOf(head.charAt(0)) >= 0;
  }

  private static CountExpression.Result count(SourceSpan head) throws QueueException {
    try {
      return CountExpression.read(head.text());
    } catch (ArithmeticException e) {
      throw new QueueException(
          head, "queue " + head + ": not a number of jobs: " + e.getMessage(), e);
    }
  }

  private static List<String> variables(SourceSpan head) throws QueueException {
    List<SourceSpan> names = head.tokens(c -> c == ',' || Character.isWhitespace(c));
    for (SourceSpan name : names) {
      if (!WORD.matcher(name.text()).matches()) {
        throw new QueueException(name, "not the name of a queue variable: " + name);
      }
    }
    return names.stream().map(SourceSpan::text).toList();
  }

  /// Why a queue statement cannot be read, and where.
  static final class QueueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient SourceSpan where;

    QueueException(SourceSpan where, String message) {
      super(message);
      this.where = where;
    }

    QueueException(SourceSpan where, String message, Throwable cause) {
      super(message, cause);
      this.where = where;
    }

    SourceSpan where() {
      return where;
    }
  }
}
