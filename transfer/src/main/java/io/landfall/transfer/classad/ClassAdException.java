package io.landfall.transfer.classad;

/// A text is no expression, or no ad. The message says what was found and what would be right.
public final class ClassAdException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int position;

  ClassAdException(String message, int position) {
    super(message);
    this.position = position;
  }

  /// The character of the text at which reading failed, from 0.
  public int position() {
    return position;
  }
}
