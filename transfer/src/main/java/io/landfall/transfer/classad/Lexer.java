package io.landfall.transfer.classad;

import java.util.List;
import java.util.Locale;

/// Cuts an expression into tokens.
final class Lexer {
  /// Longest first, so that `>>>` is not read as `>>` and `>`.
  private static final List<String> SYMBOLS =
      List.of(
          ">>>", "=?=", "=!=", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "?:", "+", "-", "*",
          "/", "%", "<", ">", "!", "~", "&", "|", "^", "?", ":", "(", ")", "{", "}", "[", "]", ",",
          ".");

  private final String text;
  private int at;

  /// What a token is.
  enum Kind {
    NAME,
    NUMBER,
    TEXT,
    SYMBOL,
    END
  }

  /// A token: its kind, its text (of a string: what is meant, without quotes), its place.
  record Token(Kind kind, String text, int position) {
    boolean is(String symbol) {
      return kind == Kind.SYMBOL && text.equals(symbol);
    }
  }

  Lexer(String text) {
    this.text = text;
  }

  Token next() throws ClassAdException {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return new Token(Kind.END, "the end", at);
    }
    char c = text.charAt(at);
    if (isNameStart(c)) {
      return name();
    }
    if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
      return number();
    }
    return c == '"' ? string() : symbol();
  }

  private Token name() {
    int from = at;
    while (at < text.length() && (isNameStart(text.charAt(at)) || isDigit(text.charAt(at)))) {
      at++;
    }
    String name = text.substring(from, at);
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "is" -> new Token(Kind.SYMBOL, "=?=", from);
      case "isnt" -> new Token(Kind.SYMBOL, "=!=", from);
      default -> new Token(Kind.NAME, name, from);
    };
  }

  private Token number() {
    int from = at;
    boolean hex = text.startsWith("0x", at) || text.startsWith("0X", at);
    at += hex ? 2 : 0;
    while (at < text.length() && isNumberPart(text.charAt(at), hex)) {
      at++;
    }
    return new Token(Kind.NUMBER, text.substring(from, at), from);
  }

  /// Digits and letters; a sign only behind the `e` of an exponent.
  private boolean isNumberPart(char c, boolean hex) {
    if (c == '+' || c == '-') {
      char before = text.charAt(at - 1);
      return !hex && (before == 'e' || before == 'E');
    }
    return isDigit(c) || isNameStart(c) || (c == '.' && !hex);
  }

  /// In the old syntax `\"` is a quotation mark and any other backslash is itself; a `\"` with
  /// nothing behind it ends the string, so that `"C:\dir\"` can be written.
  private Token string() throws ClassAdException {
    int from = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return new Token(Kind.TEXT, value.toString(), from);
      }
      boolean escape =
          c == '\\'
              && at < text.length()
              && text.charAt(at) == '"'
              && !text.substring(at + 1).isBlank();
      value.append(escape ? text.charAt(at++) : c);
    }
    throw new ClassAdException("a string without its closing quotation mark", from);
  }

  private Token symbol() throws ClassAdException {
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, at)) {
        at += symbol.length();
        return new Token(Kind.SYMBOL, symbol, at - symbol.length());
      }
    }
    throw new ClassAdException("unexpected character " + text.charAt(at), at);
  }

  static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
