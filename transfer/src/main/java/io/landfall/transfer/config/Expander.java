package io.landfall.transfer.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Replaces `$(macros)` and macro functions in values, when the value is used and not before.
///
/// `$$(…)` stays as it is: it is replaced when the job is matched. A macro that leads back to
/// itself, a result that grows beyond bounds, and work beyond bounds are errors, not hangs.
public final class Expander {
  static final int MAX_DEPTH = 64;
  static final int MAX_CHARS = 1 << 20;

  /// Characters between the parentheses of one macro.
  static final int MAX_BODY_CHARS = 1 << 16;

  /// Replacements in one value: a chain of macros that double each other has a small result and
  /// endless work.
  static final int MAX_REPLACEMENTS = 10_000;

  /// What all expansions of one description may cost, in replacements and kilobytes together.
  static final long MAX_WORK = 20_000_000;

  private final MacroTable macros;
  private final MacroFunctions functions;
  private final Problems problems;
  private final Deque<String> active = new ArrayDeque<>();
  private int replacements;
  private int depth;
  private long work;

  /// Expands from a table of macros; errors go to `problems`.
  public Expander(MacroTable macros, MacroEnvironment environment, Problems problems) {
    this.macros = macros;
    this.functions = new MacroFunctions(macros, environment, this::expandInside);
    this.problems = problems;
  }

  /// The value with everything replaced. On an error the problem is reported under rule S24 and the
  /// result is empty.
  public SourceSpan expand(SourceSpan raw) {
    if (raw.text().indexOf('$') < 0) {
      return raw;
    }
    active.clear();
    replacements = 0;
    depth = 0;
    try {
      return SourceSpan.computed(expandInside(raw.text()), raw.start()).strip();
    } catch (ExpansionException e) {
      problems.error("S24", raw.start(), e.getMessage(), "");
      return SourceSpan.computed("", raw.start());
    }
  }

  private String expandInside(String text) {
    if (++depth > MAX_DEPTH) {
      throw new ExpansionException("macros nested deeper than " + MAX_DEPTH);
    }
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      int dollar = text.indexOf('$', i);
      if (dollar < 0) {
        append(out, text.substring(i));
        break;
      }
      append(out, text.substring(i, dollar));
      i = reference(text, dollar, out);
    }
    depth--;
    return out.toString();
  }

  /// Handles what starts with `$` at `dollar` and returns where the text goes on.
  private int reference(String text, int dollar, StringBuilder out) {
    charge(1);
    if (++replacements > MAX_REPLACEMENTS) {
      throw new ExpansionException("needs more than " + MAX_REPLACEMENTS + " macro replacements");
    }
    if (text.startsWith("$$(", dollar)) {
      int close = closing(text, dollar + 2);
      String whole = text.substring(dollar, close < 0 ? text.length() : close + 1);
      append(out, whole.equalsIgnoreCase("$$(DOLLARDOLLAR)") ? "$$" : whole);
      return dollar + whole.length();
    }
    int open = dollar + 1;
    while (open < text.length() && isFunctionLetter(text.charAt(open))) {
      open++;
    }
    int close = open < text.length() && text.charAt(open) == '(' ? closing(text, open) : -1;
    if (close < 0) {
      append(out, "$");
      return dollar + 1;
    }
    Optional<String> value =
        call(text.substring(dollar + 1, open), text.substring(open + 1, close));
    append(out, value.orElse("$"));
    return value.isPresent() ? close + 1 : dollar + 1;
  }

  private static boolean isFunctionLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  /// The value of `$function(body)`, or of `$(body)` where `function` is empty; nothing if it is
  /// not a macro at all.
  private Optional<String> call(String function, String body) {
    if (!function.isEmpty()) {
      return functions.call(function, body);
    }
    int colon = body.indexOf(':');
    String name = (colon < 0 ? body : body.substring(0, colon)).strip();
    if (name.indexOf('$') >= 0) {
      name = expandInside(name).strip();
    }
    if (!MacroTable.isName(name)) {
      return Optional.empty();
    }
    if (name.equalsIgnoreCase("DOLLAR")) {
      return Optional.of("$");
    }
    Optional<SourceSpan> value = macros.use(name);
    if (value.isPresent()) {
      return Optional.of(nested(name, value.get().text()));
    }
    return Optional.of(colon < 0 ? "" : expandInside(body.substring(colon + 1)));
  }

  private String nested(String name, String text) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    String key = MacroTable.key(name);
    if (active.contains(key)) {
      throw new ExpansionException("macro " + name + " leads back to itself");
    }
    active.push(key);
    try {
      return expandInside(text);
    } finally {
      active.pop();
    }
  }

  private void append(StringBuilder out, String text) {
    if (out.length() + text.length() > MAX_CHARS) {
      throw new ExpansionException("expands to more than " + MAX_CHARS + " characters");
    }
    charge(text.length() / 1024);
    out.append(text);
  }

  private void charge(long cost) {
    work += cost;
    if (work > MAX_WORK) {
      throw new ExpansionException("the macros of this description cost too much to expand");
    }
  }

  /// The `)` that closes the `(` at `open`, or -1 if there is none within reach.
  static int closing(String text, int open) {
    int nesting = 0;
    int end = Math.min(text.length(), open + MAX_BODY_CHARS);
    for (int i = open; i < end; i++) {
      char c = text.charAt(i);
      if (c == '(') {
        nesting++;
      } else if (c == ')' && --nesting == 0) {
        return i;
      }
    }
    return -1;
  }

  /// `X = $(X) more` takes the former value of `X` at once, so that it can grow.
  static String replaceSelf(String name, String value, String former) {
    StringBuilder out = new StringBuilder();
    int done = 0;
    for (int open = value.indexOf("$("); open >= 0; open = value.indexOf("$(", open + 2)) {
      int end = open + 2 + name.length();
      boolean self =
          value.regionMatches(true, open + 2, name, 0, name.length())
              && end < value.length()
              && (value.charAt(end) == ')' || value.charAt(end) == ':')
              && (open == 0 || value.charAt(open - 1) != '$');
      int close = self ? closing(value, open + 1) : -1;
      if (close >= 0 && open >= done) {
        String standard = value.charAt(end) == ':' ? value.substring(end + 1, close) : "";
        out.append(value, done, open).append(former == null ? standard : former);
        done = close + 1;
      }
    }
    return out.append(value, done, value.length()).toString();
  }

  /// Why a value cannot be expanded.
  static final class ExpansionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ExpansionException(String message) {
      super(message);
    }
  }
}
