package io.landfall.transfer.condor.plugin;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads ads in the new syntax, `[ Name = expression; … ]` one after another, for the strings in
/// them. Any other expression is passed over: it is there, and no string.
final class AdReader {
  static final int MAX_ADS = 100_000;
  static final int MAX_ATTRIBUTES = 10_000;
  static final int MAX_DEPTH = 100;

  private static final String BRACKETS = "[{(";
  private static final String CLOSING = "]})";

  private final String text;
  private int at;

  private AdReader(String text) {
    this.text = text;
  }

  /// Reads all ads; names of attributes are found without regard to case.
  static List<Map<String, Optional<String>>> read(String text) throws IOException {
    AdReader reader = new AdReader(text);
    List<Map<String, Optional<String>>> ads = new ArrayList<>();
    while (reader.skipBlanks()) {
      if (ads.size() == MAX_ADS) {
        throw reader.bad("more than " + MAX_ADS + " ads");
      }
      ads.add(reader.ad());
    }
    return ads;
  }

  private Map<String, Optional<String>> ad() throws IOException {
    expect('[');
    Map<String, Optional<String>> attributes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    while (peek() != ']') {
      if (peek() == ';') {
        at++;
        continue;
      }
      String name = name();
      expect('=');
      attributes.put(name, value());
      if (attributes.size() > MAX_ATTRIBUTES) {
        throw bad("more than " + MAX_ATTRIBUTES + " attributes");
      }
    }
    at++;
    return attributes;
  }

  private String name() throws IOException {
    if (peek() == '\'') {
      return quoted();
    }
    int from = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    if (at == from) {
      throw bad("expected the name of an attribute, found '" + text.charAt(at) + "'");
    }
    return text.substring(from, at);
  }

  /// What stands before the next `;`, or before the end of the ad.
  private Optional<String> value() throws IOException {
    if (peek() == '"') {
      String string = quoted();
      if (peek() == ';' || peek() == ']') {
        return Optional.of(string);
      }
    }
    skipExpression();
    return Optional.empty();
  }

  private void skipExpression() throws IOException {
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      char c = peek();
      if (open.isEmpty() && (c == ';' || c == ']')) {
        return;
      }
      if (c == '"' || c == '\'') {
        quoted();
        continue;
      }
      if (BRACKETS.indexOf(c) >= 0) {
        open.push(CLOSING.charAt(BRACKETS.indexOf(c)));
        if (open.size() > MAX_DEPTH) {
          throw bad("nested deeper than " + MAX_DEPTH);
        }
      } else if (CLOSING.indexOf(c) >= 0 && (open.isEmpty() || open.pop() != c)) {
        throw bad("'" + c + "' closes nothing");
      }
      at++;
    }
  }

  /// A string or a quoted name, and what is meant by it.
  private String quoted() throws IOException {
    int from = at;
    char quote = text.charAt(at++);
    StringBuilder meant = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote) {
        return meant.toString();
      }
      meant.append(c == '\\' && at < text.length() ? escaped() : c);
    }
    at = from;
    throw bad("a string without its closing " + quote);
  }

  private char escaped() {
    char c = text.charAt(at++);
    return switch (c) {
      case 'b' -> '\b';
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'f' -> '\f';
      case 'r' -> '\r';
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(c - '0', c <= '3' ? 2 : 1);
      default -> c;
    };
  }

  private char octal(int number, int more) {
    int value = number;
    for (int i = 0; i < more && at < text.length(); i++) {
      int digit = text.charAt(at) - '0';
      if (digit < 0 || digit > 7) {
        break;
      }
      value = value * 8 + digit;
      at++;
    }
    return (char) value;
  }

  /// The next character that is neither blank nor comment.
  private char peek() throws IOException {
    if (!skipBlanks()) {
      throw bad("an ad without its closing ]");
    }
    return text.charAt(at);
  }

  private void expect(char wanted) throws IOException {
    char found = peek();
    if (found != wanted) {
      throw bad("expected " + wanted + ", found '" + found + "'");
    }
    at++;
  }

  /// Passes over blanks and comments.
  ///
  /// @return whether there is more
  private boolean skipBlanks() throws IOException {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (text.startsWith("//", at)) {
        skipBehind("\n", true);
      } else if (text.startsWith("/*", at)) {
        skipBehind("*/", false);
      } else {
        return true;
      }
    }
    return false;
  }

  private void skipBehind(String end, boolean orEndOfText) throws IOException {
    int found = text.indexOf(end, at + 2);
    if (found < 0 && !orEndOfText) {
      throw bad("a comment without its closing " + end);
    }
    at = found < 0 ? text.length() : found + end.length();
  }

  private IOException bad(String what) {
    return new IOException(what + ", at character " + at);
  }
}
