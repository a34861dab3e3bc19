package io.landfall.transfer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// A piece of text that knows where each of its characters was written, across continued lines, so
/// that an error in the middle of a value names its own line and column.
public final class SourceSpan {
  private final String text;
  private final Origin origin;
  private final int offset;

  /// A run of characters from one physical line: `start` in the joined text, then where it lies.
  private record Piece(int start, int line, int column) {}

  /// Where a joined text came from; `exact` is false for text that was computed.
  private record Origin(String file, List<Piece> pieces, boolean exact) {}

  private SourceSpan(String text, Origin origin, int offset) {
    this.text = text;
    this.origin = origin;
    this.offset = offset;
  }

  /// Text that was computed or came from outside: every character of it lies at `where`.
  public static SourceSpan computed(String text, Location where) {
    Piece piece = new Piece(0, where.line(), where.column());
    return new SourceSpan(text, new Origin(where.file(), List.of(piece), false), 0);
  }

  /// The characters themselves.
  public String text() {
    return text;
  }

  /// Where the span begins.
  public Location start() {
    return at(0);
  }

  /// Where the character `index` was written; `index` may be the length, for the end.
  public Location at(int index) {
    Piece found = origin.pieces.getFirst();
    if (!origin.exact) {
      return new Location(origin.file, found.line, found.column);
    }
    int position = offset + index;
    for (Piece piece : origin.pieces) {
      if (piece.start <= position) {
        found = piece;
      }
    }
    return new Location(origin.file, found.line, found.column + position - found.start);
  }

  /// The characters from `from` to `to`, with their places.
  public SourceSpan sub(int from, int to) {
    return new SourceSpan(text.substring(from, to), origin, offset + from);
  }

  /// Without blanks on both sides.
  public SourceSpan strip() {
    int from = 0;
    int to = text.length();
    while (from < to && Character.isWhitespace(text.charAt(from))) {
      from++;
    }
    while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
      to--;
    }
    return sub(from, to);
  }

  /// Whether there is nothing in it.
  public boolean isEmpty() {
    return text.isEmpty();
  }

  /// The tokens between separators, without blanks around them and without the empty ones, as
  /// HTCondor's string lists have it.
  public List<SourceSpan> tokens(IntPredicate separator) {
    List<SourceSpan> tokens = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || separator.test(text.charAt(i))) {
        SourceSpan token = sub(from, i).strip();
        if (!token.isEmpty()) {
          tokens.add(token);
        }
        from = i + 1;
      }
    }
    return tokens;
  }

  @Override
  public String toString() {
    return text;
  }

  /// Joins the physical lines of one statement.
  static final class Builder {
    private final String file;
    private final StringBuilder text = new StringBuilder();
    private final List<Piece> pieces = new ArrayList<>();

    Builder(String file) {
      this.file = file;
    }

    Builder append(String characters, int line, int column) {
      pieces.add(new Piece(text.length(), line, column));
      text.append(characters);
      return this;
    }

    int length() {
      return text.length();
    }

    SourceSpan build() {
      return new SourceSpan(text.toString(), new Origin(file, List.copyOf(pieces), true), 0);
    }
  }
}
