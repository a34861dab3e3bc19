package io.landfall.transfer.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a description statement by statement: assignments go into the table, conditions are
/// decided, files included, and what is left is offered to the dialect.
public final class DescriptionReader {
  /// Bytes of one file.
  public static final int MAX_FILE_BYTES = 4 << 20;

  static final int MAX_INCLUDE_DEPTH = 20;
  static final int MAX_INCLUDES = 256;

  private static final Pattern KEYWORD =
      Pattern.compile(
          "@?(include|use|error|warning)\\b\\s*([^:=]*?)\\s*:(.*)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern ASSIGNMENT =
      Pattern.compile("([A-Za-z0-9_./]+)\\s*(@?)=(.*)", Pattern.DOTALL);
  private static final List<String> STATEMENTS =
      List.of("queue", "if", "elif", "else", "endif", "include");

  private final MacroTable macros;
  private final Expander expander;
  private final FileLookup files;
  private final Problems problems;
  private final Dialect dialect;
  private int includes;
  private boolean stopped;

  /// Reads into `macros`, with `dialect` for the statements the language does not have.
  public DescriptionReader(
      MacroTable macros, Expander expander, FileLookup files, Problems problems, Dialect dialect) {
    this.macros = macros;
    this.expander = expander;
    this.files = files;
    this.problems = problems;
    this.dialect = dialect;
  }

  /// Reads a file; returns behind its last line, or where it ended.
  public Location read(Path file) {
    Optional<String> text = text(file, Location.outside(file.toString()));
    return text.isEmpty()
        ? Location.outside(file.toString())
        : read(new LineCursor(file.toString(), text.get(), problems), file, 0);
  }

  private Optional<String> text(Path file, Location asker) {
    try {
      String text = files.readText(file, MAX_FILE_BYTES);
      if (text.indexOf('\0') >= 0) {
        problems.error("S24", asker, file + " is not a text file: it holds NUL characters", "");
        return Optional.empty();
      }
      return Optional.of(text);
    } catch (NoSuchFileException e) {
      problems.error("S24", asker, "cannot read " + file + ": no such file", "");
    } catch (IOException e) {
      problems.error("S24", asker, "cannot read " + file + ": " + e.getMessage(), "");
    }
    return Optional.empty();
  }

  private Location read(LineCursor lines, Path file, int depth) {
    Branches branches = new Branches(macros, expander, problems);
    Optional<SourceSpan> line = lines.next();
    while (line.isPresent() && !stopped) {
      SourceSpan statement = line.get();
      if (branches.open() && statement.text().startsWith(":")) {
        statement = statement.sub(1, statement.text().length()).strip();
      }
      if (!branches.take(statement) && branches.active()) {
        execute(statement, lines, file, depth);
      }
      line = lines.next();
    }
    if (!stopped) {
      branches.close(lines.end());
    }
    return lines.end();
  }

  private void execute(SourceSpan statement, LineCursor lines, Path file, int depth) {
    Matcher keyword = KEYWORD.matcher(statement.text());
    if (keyword.matches()) {
      SourceSpan rest = statement.sub(keyword.start(3), keyword.end(3)).strip();
      keyword(
          statement,
          keyword.group(1).toLowerCase(Locale.ROOT),
          keyword.group(2),
          rest,
          file,
          depth);
    } else if (!dialect.take(statement, lines, depth > 0)) {
      Matcher assignment = ASSIGNMENT.matcher(statement.text());
      if (assignment.matches()) {
        SourceSpan value = statement.sub(assignment.start(3), assignment.end(3)).strip();
        assign(assignment.group(1), assignment.group(2).isEmpty(), value, lines);
      } else {
        unknown(statement);
      }
    }
  }

  private void keyword(
      SourceSpan statement, String word, String option, SourceSpan rest, Path file, int depth) {
    switch (word) {
      case "include" -> include(statement, option, rest, file, depth);
      case "error" -> {
        problems.error(statement.start(), expander.expand(rest).text(), "");
        stopped = true;
      }
      case "warning" -> problems.warning(statement.start(), expander.expand(rest).text(), "");
      default ->
          problems.error(
              "S24",
              statement.start(),
              "use "
                  + option
                  + " : "
                  + rest
                  + " asks for a configuration template, and there are none here",
              "write the settings themselves");
    }
  }

  private void include(SourceSpan statement, String option, SourceSpan rest, Path file, int depth) {
    String name = expander.expand(rest).text();
    if (option.toLowerCase(Locale.ROOT).startsWith("command") || name.endsWith("|")) {
      problems.error(
          "S24",
          statement.start(),
          "include command is refused: reading a description runs no programs",
          "run it yourself and include the file it wrote");
      return;
    }
    boolean ifExist = option.equalsIgnoreCase("ifexist");
    if (name.isEmpty() || !(option.isEmpty() || ifExist)) {
      problems.error("S24", statement.start(), "include without a file name", "include : FILE");
      return;
    }
    if (depth >= MAX_INCLUDE_DEPTH || ++includes > MAX_INCLUDES) {
      problems.error(
          "S24",
          statement.start(),
          "too many includes: at most "
              + MAX_INCLUDE_DEPTH
              + " deep and "
              + MAX_INCLUDES
              + " in all",
          "does a file include itself?");
      stopped = true;
      return;
    }
    Path included = beside(file, name);
    if (ifExist && !files.isReadableFile(included)) {
      return;
    }
    text(included, rest.start())
        .ifPresent(
            text -> read(new LineCursor(included.toString(), text, problems), included, depth + 1));
  }

  private static Path beside(Path file, String name) {
    Path parent = file.getParent();
    return parent == null ? Path.of(name) : parent.resolve(name);
  }

  private void assign(String name, boolean single, SourceSpan value, LineCursor lines) {
    if (!MacroTable.isName(name)) {
      return;
    }
    SourceSpan whole = single ? value : multiLine(value, lines);
    String former = macros.use(name).map(SourceSpan::text).orElse(null);
    String grown = Expander.replaceSelf(name, whole.text(), former);
    if (grown.length() > Expander.MAX_CHARS) {
      problems.error(
          "S24", whole.start(), name + " grows beyond " + Expander.MAX_CHARS + " characters", "");
      return;
    }
    macros.assign(
        name,
        grown.equals(whole.text()) ? whole : SourceSpan.computed(grown.strip(), whole.start()));
  }

  /// `name @=tag`: the lines up to `@tag`, joined by newlines.
  private SourceSpan multiLine(SourceSpan tag, LineCursor lines) {
    String end = "@" + tag.text();
    StringBuilder text = new StringBuilder();
    Optional<String> line = lines.nextRaw();
    while (line.isPresent() && !line.get().strip().equals(end)) {
      if (text.length() + line.get().length() > LineCursor.MAX_LINE_CHARS) {
        problems.error("S24", tag.start(), "value too long", "split it");
        break;
      }
      text.append(text.isEmpty() ? "" : "\n").append(line.get());
      line = lines.nextRaw();
    }
    if (line.isEmpty()) {
      problems.error("S24", tag.start(), "no line " + end + " ends this value", "");
    }
    return SourceSpan.computed(text.toString(), tag.start());
  }

  private void unknown(SourceSpan statement) {
    String text = statement.text();
    int end = 0;
    while (end < text.length() && Character.isLetter(text.charAt(end))) {
      end++;
    }
    String remedy =
        NearestName.of(text.substring(0, end), STATEMENTS)
            .filter(near -> text.indexOf('=') < 0)
            .map(near -> "did you mean " + near + "?")
            .orElse("write NAME = VALUE; a name has letters, digits, _ and . only");
    problems.error("S24", statement.start(), "neither an assignment nor a known statement", remedy);
  }
}
