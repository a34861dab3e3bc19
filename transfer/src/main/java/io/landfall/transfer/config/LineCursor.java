package io.landfall.transfer.config;

import java.util.List;
import java.util.Optional;

/// Walks a text by statements: joins continued lines, drops comments and blank lines.
///
/// A `#` is a comment only as the first character of a line; a line that ends in `\` goes on with
/// the next one, whose leading blanks are dropped.
public final class LineCursor {
  static final int MAX_LINE_CHARS = 1 << 20;

  /// Some editors put it in front of a text.
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String file;
  private final List<String> lines;
  private final Problems problems;
  private int next;

  LineCursor(String file, String text, Problems problems) {
    this.file = file;
    this.lines = (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).lines().toList();
    this.problems = problems;
  }

  /// The next statement without blanks on both sides, or empty at the end of the text.
  public Optional<SourceSpan> next() {
    while (next < lines.size()) {
      String line = lines.get(next).stripTrailing();
      int from = indent(line);
      if (from == line.length() || line.charAt(from) == '#') {
        next++;
        continue;
      }
      SourceSpan statement = statement();
      if (!statement.isEmpty()) {
        return Optional.of(statement);
      }
    }
    return Optional.empty();
  }

  /// The next physical line as it stands, or empty at the end of the text.
  Optional<String> nextRaw() {
    return next < lines.size() ? Optional.of(lines.get(next++)) : Optional.empty();
  }

  /// Behind the last line, where a missing end is reported.
  public Location end() {
    return new Location(file, Math.max(1, lines.size()), 1);
  }

  /// One statement; an empty one where there is only a `\` or more than can be taken.
  private SourceSpan statement() {
    int first = next + 1;
    boolean tooLong = false;
    SourceSpan.Builder joined = new SourceSpan.Builder(file);
    boolean continued = true;
    while (continued && next < lines.size()) {
      int number = ++next;
      String line = lines.get(number - 1).stripTrailing();
      int from = indent(line);
      continued = line.endsWith("\\");
      if (joined.length() > 0 && line.startsWith("#", from)) {
        warnOfComment(number, from, continued);
        continue;
      }
      int to = continued ? Math.max(from, line.length() - 1) : line.length();
      tooLong |= joined.length() + to - from > MAX_LINE_CHARS;
      if (!tooLong) {
        joined.append(line.substring(from, to), number, from + 1);
      }
    }
    Location start = new Location(file, first, 1);
    if (tooLong) {
      problems.error(
          "S24", start, "statement longer than " + MAX_LINE_CHARS + " characters", "split it");
      return SourceSpan.computed("", start);
    }
    return joined.build().strip();
  }

  /// HTCondor skips a comment inside a continued statement only if the comment itself ends in `\`.
  private void warnOfComment(int number, int from, boolean continued) {
    if (!continued) {
      problems.warning(
          new Location(file, number, from + 1),
          "this comment ends the statement that was continued on it",
          "end the comment in \\ too, or move it above the statement");
    }
  }

  private static int indent(String line) {
    int i = 0;
    while (i < line.length() && Character.isWhitespace(line.charAt(i))) {
      i++;
    }
    return i;
  }
}
