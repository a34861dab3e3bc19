package io.landfall.transfer.condor.gahp;

/// A command could not be done.
final class GahpException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String word;

  /// @param word what the starter is told
  /// @param detail what the log is told besides
  GahpException(String word, String detail) {
    super(detail);
    this.word = word;
  }

  String word() {
    return word;
  }
}
