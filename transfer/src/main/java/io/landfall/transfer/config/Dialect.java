package io.landfall.transfer.config;

/// The statements that one kind of description has beyond the common language.
public interface Dialect {

  /// Takes a statement that is nobody else's.
  ///
  /// @param statement the logical line
  /// @param rest the lines behind it; a statement that spans lines takes what it needs
  /// @param included whether the line stands in an included file
  /// @return false if the statement is not this dialect's either
  boolean take(SourceSpan statement, LineCursor rest, boolean included);
}
