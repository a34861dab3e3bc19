package io.landfall.transfer.submit;

import io.landfall.transfer.config.DescriptionReader;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.LineCursor;
import io.landfall.transfer.config.Problems;
import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import io.landfall.transfer.submit.QueueStatement.QueueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gathers the items of a queue statement: from its line, from the lines behind it up to `)`, or
/// from a file.
final class QueueItems {
  static final int MAX_ITEMS = SubmitFile.MAX_JOBS;

  private final Path workingDirectory;
  private final FileLookup files;
  private final Problems problems;

  QueueItems(Path workingDirectory, FileLookup files, Problems problems) {
    this.workingDirectory = workingDirectory;
    this.files = files;
    this.problems = problems;
  }

  /// All items, before slicing.
  List<String> gather(QueueStatement statement, LineCursor lines) throws QueueException {
    List<String> items =
        switch (statement.source()) {
          case NONE -> List.of("");
          case IN -> words(list(statement.rest(), lines));
          case FROM -> from(statement.rest(), lines);
          case MATCHING_FILES, MATCHING_DIRS, MATCHING_ANY ->
              new Globs(workingDirectory, files, problems)
                  .match(statement, words(list(statement.rest(), lines)));
        };
    if (items.size() > MAX_ITEMS) {
      throw new QueueException(
          statement.rest(), "more than " + MAX_ITEMS + " items in one queue statement");
    }
    return items;
  }

  private List<String> from(SourceSpan rest, LineCursor lines) throws QueueException {
    if (rest.text().startsWith("(")) {
      return list(rest, lines).stream().map(SourceSpan::text).toList();
    }
    if (rest.isEmpty() || rest.text().endsWith("|")) {
      throw new QueueException(
          rest,
          rest.isEmpty()
              ? "queue from: no file is named"
              : "queue from a command is refused: reading a submit file runs no programs");
    }
    Path file = workingDirectory.resolve(Values.unquoted(rest.text()));
    try {
      return files
          .readText(file, DescriptionReader.MAX_FILE_BYTES)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new QueueException(rest, "queue from: cannot read " + file, e);
    }
  }

  /// The lines of a list: one line as it stands, or everything between parentheses.
  private static List<SourceSpan> list(SourceSpan rest, LineCursor lines) throws QueueException {
    if (!rest.text().startsWith("(")) {
      return rest.isEmpty() ? List.of() : List.of(rest);
    }
    SourceSpan inside = rest.sub(1, rest.text().length()).strip();
    if (inside.text().endsWith(")")) {
      SourceSpan whole = inside.sub(0, inside.text().length() - 1).strip();
      return whole.isEmpty() ? List.of() : List.of(whole);
    }
    List<SourceSpan> found = new ArrayList<>();
    if (!inside.isEmpty()) {
      found.add(inside);
    }
    Optional<SourceSpan> line = lines.next();
    while (line.isPresent() && !line.get().text().startsWith(")")) {
      if (found.size() > MAX_ITEMS) {
        throw new QueueException(rest, "more than " + MAX_ITEMS + " lines in one queue statement");
      }
      found.add(line.get());
      line = lines.next();
    }
    if (line.isEmpty()) {
      throw new QueueException(rest, "no line with ) ends this list");
    }
    return found;
  }

  private static List<String> words(List<SourceSpan> lines) {
    return lines.stream()
        .flatMap(line -> line.tokens(c -> c == ',' || Character.isWhitespace(c)).stream())
        .map(SourceSpan::text)
        .toList();
  }

  /// The values an item gives to variables: split at the first commas or blanks, the last variable
  /// takes the rest.
  static List<String> split(String item, int variables) {
    List<String> values = new ArrayList<>();
    String rest = item.strip();
    boolean unitSeparated = rest.indexOf('\u001f') >= 0;
    while (values.size() < variables - 1 && !rest.isEmpty()) {
      int end = 0;
      while (end < rest.length() && !separates(rest.charAt(end), unitSeparated)) {
        end++;
      }
      values.add(rest.substring(0, end).strip());
      rest = behindSeparator(rest, end, unitSeparated);
    }
    if (variables > 0 && values.size() < variables) {
      values.add(rest.strip());
    }
    while (values.size() < variables) {
      values.add("");
    }
    return values;
  }

  private static boolean separates(char c, boolean unitSeparated) {
    return unitSeparated ? c == '\u001f' : c == ',' || Character.isWhitespace(c);
  }

  /// Blanks, at most one comma, and blanks.
  private static String behindSeparator(String rest, int end, boolean unitSeparated) {
    if (unitSeparated) {
      return rest.substring(Math.min(rest.length(), end + 1));
    }
    String behind = rest.substring(end).stripLeading();
    return behind.startsWith(",") ? behind.substring(1).stripLeading() : behind;
  }
}
